//! Grids of small grey pictures: memories and states of image memories.

use std::fmt::Write;
use std::path::Path;

use super::Figure;
use crate::Error;

/// Rows of pictures of one size, each with a label at its left.
///
/// ```
/// use dam_experiments::figure::Pictures;
/// let cross = vec![0, 255, 0, 255, 255, 255, 0, 255, 0];
/// let pictures = Pictures {
///     name: "crosses".into(),
///     caption: "A cross of three by three pixels, twice.".into(),
///     shape: (3, 3),
///     rows: vec![("n = 2".into(), vec![cross.clone(), cross])],
/// };
/// assert!(pictures.svg()?.contains("n = 2"));
/// # Ok::<(), dam_experiments::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pictures {
    /// The stem of its files: lower-case letters, digits and `_`.
    pub name: String,
    /// What a report prints below it, as plain text; it is not drawn.
    pub caption: String,
    /// Rows and columns of pixels of a picture.
    pub shape: (usize, usize),
    /// Labels, and pictures with a byte for every pixel, row by row: 0 is white, 255 black ink.
    pub rows: Vec<(String, Vec<Vec<u8>>)>,
}

/// Side of a picture, and the distance of two.
const SIDE: f64 = 62.0;
const GAP: f64 = 6.0;
const TEXT: f64 = 12.0;
/// Greys of a pixel: files stay small, eyes see no difference.
const GREYS: u32 = 24;

impl Pictures {
    /// As SVG, the same bytes each time; equal pixels of a line become one rectangle, and one grey one path.
    ///
    /// # Errors
    /// [`Error::Figure`] for a name with other characters, no pictures, or pictures of another size.
    pub fn svg(&self) -> Result<String, Error> {
        let wrong = |message: String| Error::Figure { name: self.name.clone(), message };
        let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if self.name.is_empty() || !self.name.chars().all(legal) {
            return Err(wrong("expected a name of a-z, 0-9 and _".into()));
        }
        let most = self.rows.iter().map(|(_, pictures)| pictures.len()).max().unwrap_or(0);
        let size = self.shape.0 * self.shape.1;
        if most == 0 || size == 0 {
            return Err(wrong("expected at least one picture".into()));
        }
        if let Some(other) = self.rows.iter().flat_map(|(_, of)| of).find(|picture| picture.len() != size) {
            return Err(wrong(format!("expected pictures of {size} pixels, found {}", other.len())));
        }
        let longest = self.rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
        let left = 0.62 * TEXT * longest as f64 + 2.0 * GAP;
        let pixel = SIDE / self.shape.0.max(self.shape.1) as f64;
        let (tall, wide) = (pixel * self.shape.0 as f64, pixel * self.shape.1 as f64);
        let width = left + most as f64 * (wide + GAP) + GAP;
        let height = GAP + self.rows.len() as f64 * (tall + GAP);

        let mut paths: Vec<String> = vec![String::new(); GREYS as usize];
        let mut frames = String::new();
        let mut texts = String::new();
        for (r, (label, pictures)) in self.rows.iter().enumerate() {
            let top = GAP + r as f64 * (tall + GAP);
            let middle = top + 0.5 * tall + 0.35 * TEXT;
            let _ = writeln!(
                texts,
                r#"<text x="{GAP:.1}" y="{middle:.1}" font-size="{TEXT}">{}</text>"#,
                escaped(label)
            );
            for (c, picture) in pictures.iter().enumerate() {
                let at = left + c as f64 * (wide + GAP);
                let _ = write!(frames, "M{at:.2} {top:.2}h{wide:.2}v{tall:.2}h-{wide:.2}z");
                for (y, line) in picture.chunks(self.shape.1).enumerate() {
                    for run in line.chunk_by(|a, b| grey(*a) == grey(*b)).scan(0, |x, run| {
                        *x += run.len();
                        Some((*x - run.len(), run))
                    }) {
                        let (x, run) = run;
                        let level = grey(run[0]);
                        if level == 0 {
                            continue;
                        }
                        let (x, y) = (at + x as f64 * pixel, top + y as f64 * pixel);
                        let path = &mut paths[level as usize];
                        let _ =
                            write!(path, "M{x:.2} {y:.2}h{:.2}v{pixel:.2}H{x:.2}z", run.len() as f64 * pixel);
                    }
                }
            }
        }
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" width=\"{width:.1}\" \
             height=\"{height:.1}\" font-family=\"sans-serif\" role=\"img\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n<path d=\"{frames}\" fill=\"#ffffff\" stroke=\"#777777\" \
             stroke-width=\"0.5\"/>\n"
        );
        for (level, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
            let ink = 255 - (255 * level as u32) / (GREYS - 1);
            let _ = writeln!(svg, "<path d=\"{path}\" fill=\"#{ink:02x}{ink:02x}{ink:02x}\"/>");
        }
        Ok(svg + &texts + "</svg>\n")
    }

    /// Writes `NAME.svg` and, with the feature `png`, `NAME.png` into a folder, which is created; returns their names.
    ///
    /// # Errors
    /// As [`svg`](Self::svg); [`Error::Output`] if a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<Vec<String>, Error> {
        Figure::write_svg(&self.name, self.svg()?, folder)
    }
}

fn grey(pixel: u8) -> u32 {
    (u32::from(pixel) * (GREYS - 1) + 127) / 255
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pictures(rows: Vec<(String, Vec<Vec<u8>>)>) -> Pictures {
        Pictures { name: "some".into(), caption: String::new(), shape: (2, 3), rows }
    }

    #[test]
    fn runs_of_equal_pixels_are_one_rectangle() {
        let svg = pictures(vec![("a < b".into(), vec![vec![255, 255, 255, 0, 128, 130]])]).svg().unwrap();
        assert!(svg.contains("a &lt; b"));
        // Black: one run over a whole line. Grey: two pixels that differ by less than a shade.
        let inks: Vec<&str> =
            svg.lines().filter(|line| line.starts_with("<path d") && !line.contains("stroke")).collect();
        assert!(inks.len() == 2 && inks.iter().all(|path| path.matches('M').count() == 1), "{svg}");
    }

    #[test]
    fn what_cannot_be_drawn_is_said() {
        let told = |p: Pictures| p.svg().unwrap_err().to_string();
        assert!(told(pictures(vec![])).contains("at least one picture"));
        assert!(
            told(pictures(vec![("".into(), vec![vec![0; 5]])]))
                .contains("expected pictures of 6 pixels, found 5")
        );
        let named = Pictures { name: "A".into(), ..pictures(vec![("".into(), vec![vec![0; 6]])]) };
        assert!(told(named).contains("expected a name"));
    }

    #[cfg(feature = "png")]
    #[test]
    fn files_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let files = pictures(vec![("x".into(), vec![vec![9; 6]; 3])]).write(folder.path()).unwrap();
        assert_eq!(files, ["some.svg", "some.png"]);
        assert!(files.iter().all(|file| folder.path().join(file).exists()));
    }
}
