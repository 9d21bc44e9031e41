//! Pictures that documents show: a PNG or JPEG is decoded here and nowhere else, and leaves as pixels, as many as a page can show.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};
use mezzofy_domain::reading::{MAX_PICTURE_EDGE, Pixels, ReadingError};

const MAX_PIXELS: u64 = 40_000_000;
const MAX_DECODED_BYTES: u64 = 256 * 1024 * 1024;

/// The picture as it is seen, no larger than [`MAX_PICTURE_EDGE`]. Its size is looked at before anything is decoded.
pub fn draw(bytes: &[u8]) -> Result<Pixels, ReadingError> {
    if bytes.is_empty() {
        return Err(ReadingError::Empty);
    }
    let refused = |error: ImageError| match error {
        ImageError::Limits(_) => ReadingError::TooLarge,
        _ => ReadingError::Damaged,
    };
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| ReadingError::Damaged)?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(ReadingError::Unknown);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 {
        return Err(ReadingError::Damaged);
    }
    if pixels > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED_BYTES {
        return Err(ReadingError::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    if width.max(height) > MAX_PICTURE_EDGE {
        picture = picture.thumbnail(MAX_PICTURE_EDGE, MAX_PICTURE_EDGE);
    }
    picture.apply_orientation(orientation);
    let (width, height, colour) = (picture.width(), picture.height(), picture.color());
    let (channels, bytes) = match (colour.has_alpha(), colour.has_color()) {
        (true, _) => (4, picture.into_rgba8().into_raw()),
        (false, true) => (3, picture.into_rgb8().into_raw()),
        (false, false) => (1, picture.into_luma8().into_raw()),
    };
    Ok(Pixels { width, height, channels, bytes })
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Luma, Rgb, Rgba, RgbaImage};

    use super::*;

    fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn pictures_leave_as_pixels_of_a_size_that_a_page_can_show() {
        let green = DynamicImage::ImageRgb8(ImageBuffer::from_pixel(6, 4, Rgb([15, 118, 110])));
        let pixels = draw(&file(&green, ImageFormat::Png)).unwrap();
        assert_eq!((pixels.width, pixels.height, pixels.channels), (6, 4, 3));
        assert!(pixels.are_whole() && pixels.bytes.chunks(3).all(|pixel| pixel == [15, 118, 110]));
        let jpeg = draw(&file(&green, ImageFormat::Jpeg)).unwrap();
        assert_eq!((jpeg.width, jpeg.height, jpeg.channels), (6, 4, 3));

        let wide: DynamicImage = RgbaImage::from_pixel(2 * MAX_PICTURE_EDGE, 8, Rgba([0, 0, 0, 0])).into();
        let pixels = draw(&file(&wide, ImageFormat::Png)).unwrap();
        assert_eq!((pixels.width, pixels.height, pixels.channels), (MAX_PICTURE_EDGE, 4, 4));
        assert!(pixels.are_whole());
        let grey: DynamicImage = ImageBuffer::from_pixel(2, 2, Luma([771_u16])).into();
        assert_eq!(draw(&file(&grey, ImageFormat::Png)).unwrap().bytes, [3; 4]);
    }

    #[test]
    fn the_size_in_the_header_is_looked_at_before_anything_is_decoded() {
        let small: DynamicImage = ImageBuffer::from_pixel(2, 2, Luma([7_u8])).into();
        let mut huge = file(&small, ImageFormat::Png);
        // The header's width and height, and its checksum.
        huge[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        let sum = checksum(&huge[12..29]);
        huge[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(draw(&huge), Err(ReadingError::TooLarge));
    }

    /// The CRC of a PNG's chunk (RFC 2083, appendix 15).
    fn checksum(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 })
        })
    }

    #[test]
    fn what_is_no_whole_picture_is_refused() {
        let green = DynamicImage::ImageRgb8(ImageBuffer::from_pixel(60, 60, Rgb([15, 118, 110])));
        let png = file(&green, ImageFormat::Png);
        assert_eq!(draw(&png[..40]), Err(ReadingError::Damaged));
        assert_eq!(draw(b""), Err(ReadingError::Empty));
        assert_eq!(draw(b"GIF89a\x01\0\x01\0\0\0\0;"), Err(ReadingError::Unknown));
    }
}
