//! Undoes the compression of a response, never beyond a limit.

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZlibDecoder};
use tokio::io::{AsyncRead, AsyncReadExt};

/// What we can undo, offered to servers in `Accept-Encoding`.
pub const ACCEPTED: &str = "gzip, deflate, br";

/// Encodings one around the other that are undone: each may take time up to the limit.
const MOST_LAYERS: usize = 3;

/// Why a body could not be inflated.
#[derive(Debug, PartialEq)]
pub enum Inflation {
    TooLarge,
    Unknown(String),
    Broken(String),
}

/// The body behind a `Content-Encoding`, at most `limit` bytes of it.
pub async fn inflate(encodings: &str, body: Vec<u8>, limit: usize) -> Result<Vec<u8>, Inflation> {
    if encodings.split(',').count() > MOST_LAYERS {
        return Err(Inflation::Unknown(encodings.chars().take(40).collect()));
    }
    let mut body = body;
    // The last encoding named was applied last.
    for encoding in encodings.split(',').rev() {
        body = match encoding.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => body,
            "gzip" | "x-gzip" => read(gzip(&body), limit).await?,
            "deflate" => read(ZlibDecoder::new(body.as_slice()), limit).await?,
            "br" => read(BrotliDecoder::new(body.as_slice()), limit).await?,
            other => return Err(Inflation::Unknown(other.to_owned())),
        };
    }
    Ok(body)
}

fn gzip(body: &[u8]) -> GzipDecoder<&[u8]> {
    let mut decoder = GzipDecoder::new(body);
    // Some servers send several gzip members one after the other.
    decoder.multiple_members(true);
    decoder
}

async fn read(decoder: impl AsyncRead, limit: usize) -> Result<Vec<u8>, Inflation> {
    let mut decoder = Box::pin(decoder).take(limit as u64 + 1);
    let mut out = Vec::new();
    decoder.read_to_end(&mut out).await.map_err(|error| Inflation::Broken(error.to_string()))?;
    if out.len() > limit { Err(Inflation::TooLarge) } else { Ok(out) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_compression::tokio::bufread::GzipEncoder;

    async fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        GzipEncoder::new(bytes).read_to_end(&mut out).await.expect("compresses");
        out
    }

    #[tokio::test]
    async fn inflates_up_to_the_limit() {
        let bomb = gzipped(&vec![0; 1_000_000]).await;
        assert!(bomb.len() < 10_000);
        assert_eq!(inflate("gzip", bomb.clone(), 999_999).await, Err(Inflation::TooLarge));
        assert_eq!(inflate("gzip", bomb, 1_000_000).await.expect("fits").len(), 1_000_000);
    }

    #[tokio::test]
    async fn names_what_it_cannot_undo() {
        assert_eq!(inflate("zstd", vec![1], 10).await, Err(Inflation::Unknown("zstd".into())));
        assert!(matches!(inflate("gzip", b"not gzip".to_vec(), 10).await, Err(Inflation::Broken(_))));
        assert_eq!(inflate("identity", b"as is".to_vec(), 10).await, Ok(b"as is".to_vec()));
    }
}
