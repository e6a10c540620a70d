//! Pixels from SVG.

use std::sync::Arc;

use resvg::{tiny_skia, usvg};

/// Pixels per unit of the SVG; 96 units are an inch.
const SCALE: f32 = 2.0;

/// With fonts of its own, so that a picture does not depend on the machine.
pub(super) fn png(svg: &str) -> Result<Vec<u8>, String> {
    let mut options = usvg::Options::default();
    let fonts = Arc::make_mut(&mut options.fontdb);
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| e.to_string())?;
    let size = tree.size().to_int_size();
    let size = size.scale_by(SCALE).ok_or("expected a picture that is not empty, found one")?;
    let mut picture = tiny_skia::Pixmap::new(size.width(), size.height())
        .ok_or_else(|| format!("expected a picture that fits memory, found {size:?}"))?;
    picture.fill(tiny_skia::Color::WHITE);
    resvg::render(&tree, tiny_skia::Transform::from_scale(SCALE, SCALE), &mut picture.as_mut());
    picture.encode_png().map_err(|e| e.to_string())
}
