//! The AES functions of `zoho.encryption`: CBC with PKCS#7 padding.
//!
//! The key is the passphrase's bytes, filled with zero bytes to the key size. Sixteen characters given
//! as the initialisation vector are used as bytes; without them a random one is made and put in front.
//! All of this was worked out from the values printed on Zoho's pages.

use super::Cx;
use super::encryption::decoded;
use crate::fault::Fault;
use crate::value::{Value, convert};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};

const IV: usize = 16;

builtins! { CIPHER on Nothing {
    /// A text encrypted with AES-256 under a key of at most 32 bytes, in Base64.
    ///
    /// `iv` has 16 bytes; without it a random one is put in front of the result.
    ///
    /// ```dg
    /// info zoho.encryption.aesEncode("passkey", "This is a secret", "0000000000000000");  // => AR+ygx+et18UNeIltGh82NBgPQx6Y0hWbEcgN3NVbJA=
    /// ```
    "zoho.encryption.aesEncode" => fn aes_encode(key: &str, value: &str, iv: Option<&str>) -> Result<String, Fault> {
        encode(Size::Aes256, key, value, iv)
    }

    /// The text that `aesEncode` encrypted; a wrong key or `iv` fails.
    ///
    /// ```dg
    /// secret = zoho.encryption.aesEncode("passkey", "round trip");
    /// info zoho.encryption.aesDecode("passkey", secret);  // => round trip
    /// ```
    "zoho.encryption.aesDecode" => fn aes_decode(key: &str, value: &str, iv: Option<&str>) -> Result<String, Fault> {
        decode(Size::Aes256, key, value, iv)
    }

    /// A text encrypted with AES-128 under a key of at most 16 bytes, in Base64.
    ///
    /// `iv` has 16 bytes; with it, `iterations` change nothing. Without it a random one is put in front of the
    /// result, and `iterations` other than 0 are not supported: Zoho does not say how they change the key.
    ///
    /// ```dg
    /// secret = zoho.encryption.aesEncode128("passkey", "round trip", "0000000000000000", 201);
    /// info zoho.encryption.aesDecode128("passkey", secret, "0000000000000000");  // => round trip
    /// ```
    "zoho.encryption.aesEncode128" => fn aes_encode_128[cx](
        key: &str, value: &str, iv: Option<&Value>, iterations: Option<i64>,
    ) -> Result<String, Fault> {
        let iv = short_iv(value, iv, iterations, cx)?;
        encode(Size::Aes128, key, value, iv.as_deref())
    }

    /// The text that `aesEncode128` encrypted; a wrong key or `iv` fails.
    ///
    /// ```dg
    /// secret = zoho.encryption.aesEncode128("passkey", "round trip");
    /// info zoho.encryption.aesDecode128("passkey", secret);  // => round trip
    /// ```
    "zoho.encryption.aesDecode128" => fn aes_decode_128[cx](
        key: &str, value: &str, iv: Option<&Value>, iterations: Option<i64>,
    ) -> Result<String, Fault> {
        let iv = short_iv(value, iv, iterations, cx)?;
        decode(Size::Aes128, key, value, iv.as_deref())
    }
}}

#[derive(Clone, Copy)]
enum Size {
    Aes128,
    Aes256,
}

impl Size {
    fn key_length(self) -> usize {
        match self {
            Size::Aes128 => 16,
            Size::Aes256 => 32,
        }
    }

    /// The passphrase's bytes, filled up with zero bytes.
    fn key(self, passphrase: &str) -> Result<Vec<u8>, Fault> {
        let most = self.key_length();
        if passphrase.len() > most {
            return Err(Fault::value(format!("expected a key of at most {most} bytes, found {}", passphrase.len())));
        }
        let mut key = passphrase.as_bytes().to_vec();
        key.resize(most, 0);
        Ok(key)
    }
}

fn encode(size: Size, key: &str, value: &str, iv: Option<&str>) -> Result<String, Fault> {
    let key = size.key(key)?;
    let (iv, mut out) = match iv {
        Some(iv) => (iv_bytes(iv)?, Vec::new()),
        None => {
            let mut random = [0; IV];
            rand::fill(&mut random);
            (random, random.to_vec())
        }
    };
    let bytes = value.as_bytes();
    let encrypted = match size {
        Size::Aes128 => {
            cbc::Encryptor::<aes::Aes128>::new_from_slices(&key, &iv).map(|c| c.encrypt_padded_vec::<Pkcs7>(bytes))
        }
        Size::Aes256 => {
            cbc::Encryptor::<aes::Aes256>::new_from_slices(&key, &iv).map(|c| c.encrypt_padded_vec::<Pkcs7>(bytes))
        }
    };
    out.extend(encrypted.map_err(|_| undecipherable())?);
    Ok(STANDARD.encode(out))
}

fn decode(size: Size, key: &str, value: &str, iv: Option<&str>) -> Result<String, Fault> {
    let key = size.key(key)?;
    let all = decoded(value)?;
    let (iv, bytes) = match iv {
        Some(iv) => (iv_bytes(iv)?, all.as_slice()),
        None => {
            let (iv, rest) = all.split_first_chunk::<IV>().ok_or_else(undecipherable)?;
            (*iv, rest)
        }
    };
    let plain = match size {
        Size::Aes128 => {
            cbc::Decryptor::<aes::Aes128>::new_from_slices(&key, &iv).map(|c| c.decrypt_padded_vec::<Pkcs7>(bytes))
        }
        Size::Aes256 => {
            cbc::Decryptor::<aes::Aes256>::new_from_slices(&key, &iv).map(|c| c.decrypt_padded_vec::<Pkcs7>(bytes))
        }
    };
    match plain {
        Ok(Ok(plain)) => String::from_utf8(plain).map_err(|_| undecipherable()),
        Ok(Err(_)) | Err(_) => Err(undecipherable()),
    }
}

fn undecipherable() -> Fault {
    Fault::value("the value cannot be decrypted: it was encrypted with another key or initialisation vector")
}

fn iv_bytes(iv: &str) -> Result<[u8; IV], Fault> {
    let wrong = || Fault::value(format!("expected an initialisation vector of {IV} bytes, found {}", iv.len()));
    iv.as_bytes().try_into().map_err(|_| wrong())
}

/// The vector of the 128-bit functions, whose third argument may be left empty, null or be the iterations.
fn short_iv(value: &str, iv: Option<&Value>, iterations: Option<i64>, cx: &Cx<'_>) -> Result<Option<String>, Fault> {
    const WITHOUT_IV: usize = 500 * 1024;
    let (iv, iterations) = match iv {
        Some(Value::Int(n)) if iterations.is_none() => (None, *n),
        Some(Value::Null) | None => (None, iterations.unwrap_or(0)),
        Some(iv) => (Some(convert::to_text(iv, cx.settings)?), iterations.unwrap_or(0)),
    };
    if let Some(iv) = iv.filter(|iv| !iv.is_empty()) {
        return Ok(Some(iv.as_str().to_owned()));
    }
    if value.len() > WITHOUT_IV {
        return Err(Fault::value(format!("`{}` takes at most 500 KB without a vector", cx.function)));
    }
    match iterations {
        0 => Ok(None),
        1..=200 => Err(Fault::unsupported(format!("`{}` with iterations and without a vector", cx.function))),
        _ => Err(Fault::value(format!("expected 0 to 200 iterations in `{}`, found {iterations}", cx.function))),
    }
}
