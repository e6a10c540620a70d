//! What can be drawn.

use super::axes::is_flat;
use super::marks::{INKS, inks};
use super::{Axis, Figure, Guide, Heat, Mark, Panel};
use crate::Error;

/// The backend draws smaller numbers of a logarithmic axis here.
const SMALLEST: f64 = 1e-10;

impl Figure {
    pub(super) fn check(&self) -> Result<(), Error> {
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if self.name.is_empty() || !self.name.chars().all(legal) {
            return Err(self.wrong("expected a name of lower-case letters, digits and _, found another"));
        }
        if self.panels.is_empty() {
            return Err(self.wrong("expected at least one panel, found none"));
        }
        self.panels.iter().try_for_each(|panel| panel.check().map_err(|message| self.wrong(message)))
    }
}

impl Panel {
    fn check(&self) -> Result<(), String> {
        if self.is_empty() {
            return Err("expected at least one point or cell, found none".into());
        }
        if let Some(heat) = &self.heat {
            self.check_heat(heat)?;
        }
        if inks(&self.series).contains(&None) {
            return Err(format!("expected at most {} kinds of series, found more", INKS.len()));
        }
        for series in &self.series {
            for &point in &series.points {
                self.check_point(series.mark, point)?;
            }
        }
        for guide in &self.guides {
            match *guide {
                Guide::Vertical(x, _) => self.x.check("x", x)?,
                Guide::Horizontal(y, _) => self.y.check("y", y)?,
                Guide::Diagonal => {}
            }
        }
        for (name, axis) in [("x", &self.x), ("y", &self.y)] {
            if let Some([low, high]) = axis.range {
                axis.check(name, low)?;
                axis.check(name, high)?;
                if is_flat(low, high) {
                    return Err(format!("expected a range of {name} of some length, found {low} to {high}"));
                }
            }
        }
        Ok(())
    }

    /// Whether there is nothing to draw but reference lines.
    pub(crate) fn is_empty(&self) -> bool {
        let cells = self.heat.as_ref().map_or(0, |heat| heat.cells.len());
        cells == 0 && self.series.iter().all(|series| series.points.is_empty())
    }

    fn check_heat(&self, heat: &Heat) -> Result<(), String> {
        if self.x.log || self.y.log {
            return Err("expected linear axes around cells, found a logarithmic one".into());
        }
        if let Some(size) = heat.size.into_iter().find(|size| !(size.is_finite() && *size > 0.0)) {
            return Err(format!("expected cells of a size > 0, found {size}"));
        }
        heat.range.into_iter().try_for_each(finite)?;
        if is_flat(heat.range[0], heat.range[1]) {
            return Err(format!("expected a scale of some length, found {:?}", heat.range));
        }
        for [x, y] in heat.corners() {
            self.x.check("x", x)?;
            self.y.check("y", y)?;
        }
        heat.cells.iter().try_for_each(|cell| finite(cell[2]))
    }

    fn check_point(&self, mark: Mark, [x, y, third]: [f64; 3]) -> Result<(), String> {
        self.x.check("x", x)?;
        self.y.check("y", y)?;
        finite(third)?;
        match mark {
            Mark::Points | Mark::Hollow | Mark::Joined | Mark::Band => {
                if third < 0.0 {
                    return Err(format!("expected a standard deviation or half width >= 0, found {third}"));
                }
                self.y.check("y - bar", y - third)?;
                self.y.check("y + bar", y + third)
            }
            Mark::Bars => {
                if third <= 0.0 {
                    return Err(format!("expected bins of a width > 0, found {third}"));
                }
                if y < 0.0 {
                    return Err(format!("expected bins of a height >= 0, found {y}"));
                }
                self.x.check("x", x + third)
            }
            Mark::Line => Ok(()),
        }
    }
}

impl Axis {
    fn check(&self, name: &str, number: f64) -> Result<(), String> {
        finite(number)?;
        // Twice this much is still finite.
        if number.abs() > 1e300 {
            return Err(format!("expected |{name}| <= 1e300, found {number}"));
        }
        if self.log && number < SMALLEST {
            return Err(format!("expected {name} >= 1e-10 on a logarithmic axis, found {number}"));
        }
        Ok(())
    }
}

fn finite(number: f64) -> Result<(), String> {
    if number.is_finite() { Ok(()) } else { Err(format!("expected finite numbers, found {number}")) }
}
