//! The tray icon's pixels: a figure made beforehand, and on it the number of unread events.
//!
//! Deliberately not here: when it changes (`tray.rs`).
//!
//! Panels scale the icon down to 16 to 24 pixels, a quarter of what is drawn here: strokes of four pixels stay sharp.
use super::state::{Figure, TrayState};
use tauri::image::Image;

/// Width and height of the figures in `icons/tray/`.
const SIZE: usize = 64;

const RED: [u8; 4] = [0xd9, 0x2d, 0x20, 0xff];
const WHITE: [u8; 4] = [0xff, 0xff, 0xff, 0xff];
const NOTHING: [u8; 4] = [0; 4];

/// Pixels of the icon for each pixel of a glyph.
const SCALE: usize = 4;

/// A glyph's rows; the lowest bit is the rightmost pixel.
struct Font {
    width: usize,
    height: usize,
    glyphs: [&'static [u8]; 11],
}

/// For one or two digits.
const LARGE: Font = Font {
    width: 5,
    height: 7,
    glyphs: [
        &[0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
        &[0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
        &[0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
        &[0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110],
        &[0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
        &[0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
        &[0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
        &[0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
        &[0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
        &[0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
        &[0b00000, 0b00100, 0b00100, 0b11111, 0b00100, 0b00100, 0b00000],
    ],
};

/// For "99+".
const SMALL: Font = Font {
    width: 3,
    height: 5,
    glyphs: [
        &[0b111, 0b101, 0b101, 0b101, 0b111],
        &[0b010, 0b110, 0b010, 0b010, 0b111],
        &[0b111, 0b001, 0b111, 0b100, 0b111],
        &[0b111, 0b001, 0b111, 0b001, 0b111],
        &[0b101, 0b101, 0b111, 0b001, 0b001],
        &[0b111, 0b100, 0b111, 0b001, 0b111],
        &[0b111, 0b100, 0b111, 0b101, 0b111],
        &[0b111, 0b001, 0b010, 0b010, 0b010],
        &[0b111, 0b101, 0b111, 0b101, 0b111],
        &[0b111, 0b101, 0b111, 0b001, 0b111],
        &[0b000, 0b010, 0b111, 0b010, 0b000],
    ],
};

impl Font {
    fn glyph(&self, character: char) -> &'static [u8] {
        let digit = character.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
        self.glyphs[digit.unwrap_or(10)]
    }
}

/// The figures, decoded.
pub(super) struct Icons {
    normal: Vec<u8>,
    degraded: Vec<u8>,
    offline: Vec<u8>,
    muted: Vec<u8>,
}

impl Icons {
    pub(super) fn load() -> tauri::Result<Self> {
        let decoded = |png| Image::from_bytes(png).map(|image| image.rgba().to_vec());
        Ok(Self {
            normal: decoded(include_bytes!("../../../../icons/tray/normal.png"))?,
            degraded: decoded(include_bytes!("../../../../icons/tray/degraded.png"))?,
            offline: decoded(include_bytes!("../../../../icons/tray/offline.png"))?,
            muted: decoded(include_bytes!("../../../../icons/tray/muted.png"))?,
        })
    }

    pub(super) fn of(&self, state: &TrayState) -> Image<'static> {
        let (figure, badge) = state.icon();
        let mut rgba = match figure {
            Figure::Normal => self.normal.clone(),
            Figure::Degraded => self.degraded.clone(),
            Figure::Offline => self.offline.clone(),
            Figure::Muted => self.muted.clone(),
        };
        if let Some(text) = badge {
            draw_badge(&mut rgba, &text);
        }
        let size = u32::try_from(SIZE).unwrap_or_default();
        Image::new_owned(rgba, size, size)
    }
}

/// A red field in the lower right corner with the text in it, and a clear line around it that sets it off.
fn draw_badge(rgba: &mut [u8], text: &str) {
    let font = if text.chars().count() < 3 { &LARGE } else { &SMALL };
    let count = text.chars().count();
    let text_width = (count * (font.width + 1) - 1) * SCALE;
    let (width, height) = ((text_width + 4 * SCALE).max((font.height + 2) * SCALE), (font.height + 2) * SCALE);
    let (left, top) = (SIZE - width, SIZE - height);
    fill(rgba, left.saturating_sub(SCALE / 2), top - SCALE / 2, SIZE, SIZE, NOTHING);
    fill(rgba, left, top, SIZE, SIZE, RED);
    let text_left = left + (width - text_width) / 2;
    for (index, character) in text.chars().enumerate() {
        for (row, bits) in font.glyph(character).iter().enumerate() {
            for column in (0..font.width).filter(|column| bits >> (font.width - 1 - column) & 1 == 1) {
                let x = text_left + (index * (font.width + 1) + column) * SCALE;
                let y = top + (row + 1) * SCALE;
                fill(rgba, x, y, x + SCALE, y + SCALE, WHITE);
            }
        }
    }
}

/// Fills a rectangle whose corners are rounded when it is larger than a glyph's pixel.
fn fill(rgba: &mut [u8], left: usize, top: usize, right: usize, bottom: usize, colour: [u8; 4]) {
    let radius = if right - left > SCALE { 2 * SCALE } else { 0 };
    for y in top..bottom {
        for x in left..right {
            let dx = radius.saturating_sub(x - left).max((x + radius + 1).saturating_sub(right));
            let dy = radius.saturating_sub(y - top).max((y + radius + 1).saturating_sub(bottom));
            if dx * dx + dy * dy <= radius * radius {
                let at = (y * SIZE + x) * 4;
                if let Some(pixel) = rgba.get_mut(at..at + 4) {
                    pixel.copy_from_slice(&colour);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_size_that_badges_are_drawn_for() {
        let icons = Icons::load().expect("the figures are PNG files");
        for figure in [&icons.normal, &icons.degraded, &icons.offline, &icons.muted] {
            assert_eq!(figure.len(), SIZE * SIZE * 4);
        }
    }

    #[test]
    fn a_badge_stays_within_the_icon_and_leaves_the_rest_alone() {
        for text in ["1", "8", "17", "99", "99+"] {
            let mut rgba = [0x10; SIZE * SIZE * 4];
            draw_badge(&mut rgba, text);
            let count = |colour: [u8; 4]| rgba.chunks_exact(4).filter(|pixel| **pixel == colour).count();
            let glyphs: u32 = text
                .chars()
                .flat_map(|c| if text.len() < 3 { LARGE.glyph(c) } else { SMALL.glyph(c) })
                .map(|row| row.count_ones())
                .sum();
            assert_eq!(count(WHITE), glyphs as usize * SCALE * SCALE, "{text}: every pixel of the digits is inside");
            assert!(count(RED) > 0, "{text}");
            assert_eq!(rgba[..SIZE * 4 * 16], [0x10; SIZE * 4 * 16], "{text}: the upper quarter is the figure's");
        }
    }
}
