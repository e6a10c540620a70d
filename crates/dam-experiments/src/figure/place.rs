//! Where texts inside a frame hide least.

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Distance between samples of what is drawn.
const STEP: f64 = 4.0;
/// What is drawn farther away than this from the corner of a panel is not looked at.
const FAR: f64 = 4000.0;

/// A frame and samples of what is drawn in it.
#[derive(Debug)]
pub(super) struct Occupied {
    frame: Rect,
    samples: Vec<[f64; 2]>,
}

impl Occupied {
    pub(super) fn new(frame: Rect) -> Self {
        Self { frame, samples: Vec::new() }
    }

    /// From y to another at one x.
    pub(super) fn column(&mut self, x: f64, from: f64, to: f64) {
        let [from, to] = [from, to].map(|y| y.clamp(-FAR, FAR));
        let steps = ((to - from).abs() / STEP).ceil();
        for k in 0..=steps as usize {
            self.samples.push([x, from + (to - from) * k as f64 / steps.max(1.0)]);
        }
    }

    /// The strip between two columns (x, from, to).
    pub(super) fn strip(&mut self, a: [f64; 3], b: [f64; 3]) {
        let [a, b] = [a, b].map(|ends| ends.map(|x| x.clamp(-FAR, FAR)));
        let longest = a.iter().zip(&b).map(|(a, b)| (b - a).abs()).fold(0.0, f64::max);
        let steps = (longest / STEP).ceil();
        for k in 0..=steps as usize {
            let [x, from, to] = [0, 1, 2].map(|i| a[i] + (b[i] - a[i]) * k as f64 / steps.max(1.0));
            self.column(x, from, to);
        }
    }

    pub(super) fn rectangle(&mut self, r: Rect) {
        let columns = [r.left, r.left + r.width].map(|x| [x, r.top, r.top + r.height]);
        self.strip(columns[0], columns[1]);
    }

    /// How many samples a rectangle hides; `None` if it is not within the frame.
    pub(super) fn hidden(&self, r: Rect) -> Option<usize> {
        let frame = self.frame;
        let within = r.left >= frame.left
            && r.top >= frame.top
            && r.left + r.width <= frame.left + frame.width
            && r.top + r.height <= frame.top + frame.height;
        let inside = |&&[x, y]: &&[f64; 2]| {
            (r.left..=r.left + r.width).contains(&x) && (r.top..=r.top + r.height).contains(&y)
        };
        within.then(|| self.samples.iter().filter(inside).count())
    }

    /// The first of the places that hide least; `None` if none is within the frame.
    pub(super) fn best(&self, places: impl IntoIterator<Item = Rect>) -> Option<(Rect, usize)> {
        let judged = places.into_iter().filter_map(|place| Some((place, self.hidden(place)?)));
        judged.min_by_key(|(_, hidden)| *hidden)
    }

    /// A free place for a box: a corner, else beside an edge.
    pub(super) fn free(&self, width: f64, height: f64) -> Option<Rect> {
        let inset = 9.0;
        let frame = self.frame;
        let at = |across: f64, down: f64| Rect {
            left: frame.left + inset + across * (frame.width - width - 2.0 * inset),
            top: frame.top + inset + down * (frame.height - height - 2.0 * inset),
            width,
            height,
        };
        let corners = [(1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
        let edges = [(0.5, 0.0), (0.5, 1.0), (1.0, 0.5), (0.0, 0.5)];
        let places = corners.into_iter().chain(edges).map(|(across, down)| at(across, down));
        self.best(places).filter(|(_, hidden)| *hidden == 0).map(|(place, _)| place)
    }
}
