//! Built-ins of `zoho.encryption`: digests, keyed digests, Base64, URLs. Ciphers are in `cipher`.

use super::encoding::{form_encode, head, hex};
use super::{Cx, file};
use crate::fault::Fault;
use crate::value::{File, Value};
use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

const MB: usize = 1024 * 1024;

/// Base64 with or without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

builtins! { ENCRYPTION on Nothing {
    /// The Base64 form of a text (its UTF-8 bytes) or of a file.
    ///
    /// ```dg
    /// info zoho.encryption.base64Encode("john@zylker.com");  // => am9obkB6eWxrZXIuY29t
    /// ```
    "zoho.encryption.base64Encode" => fn base64_encode[cx](data: &Value) -> Result<String, Fault> {
        match data {
            Value::Text(text) => Ok(STANDARD.encode(text.as_bytes())),
            Value::File(file) => Ok(STANDARD.encode(&file.borrow().bytes)),
            Value::Null => Err(cx.null()),
            other => Ok(STANDARD.encode(crate::value::convert::to_text(other, cx.settings)?.as_bytes())),
        }
    }

    /// The text whose UTF-8 bytes a Base64 text holds; what is no Base64 fails.
    ///
    /// ```dg
    /// info zoho.encryption.base64Decode("am9obkB6eWxrZXIuY29t");  // => john@zylker.com
    /// ```
    "zoho.encryption.base64Decode" => fn base64_decode(text: &str) -> Result<String, Fault> {
        Ok(String::from_utf8_lossy(&decoded(text)?).into_owned())
    }

    /// A file of that name whose content a Base64 text holds.
    ///
    /// The text has at most 25 MB, 50 MB in Creator; what is no Base64 fails.
    ///
    /// ```dg
    /// note = zoho.encryption.base64DecodeToFile("U3Vuc2hpbmU=", "note.txt");
    /// info note.getFileContent();  // => Sunshine
    /// ```
    "zoho.encryption.base64DecodeToFile" => fn base64_decode_to_file[cx](text: &str, name: &str) -> Result<File, Fault> {
        sized(text, if cx.settings.dialect.is_creator() { 50 } else { 25 }, cx)?;
        Ok(File::new(file::checked_name(name)?, decoded(text)?))
    }

    /// The text percent-encoded for a URL, a blank as `%20`; null for anything but text.
    ///
    /// ```dg
    /// info zoho.encryption.urlEncode("a b/c");  // => a%20b%2Fc
    /// info zoho.encryption.urlEncode(12);       // => null
    /// ```
    "zoho.encryption.urlEncode" => fn url_encode(text: &Value) -> Option<String> {
        text.as_text().map(|text| form_encode(text, "%20"))
    }

    /// The text of a percent-encoded one, `+` as a blank; null for anything but text.
    ///
    /// A `%` without two hexadecimal digits fails. Not in Creator.
    ///
    /// ```dg
    /// info zoho.encryption.urlDecode("https%3A%2F%2Fwww.zoho.com");  // => https://www.zoho.com
    /// ```
    "zoho.encryption.urlDecode" => fn url_decode(text: &Value) -> Result<Option<String>, Fault> {
        text.as_text().map(|text| form_decode(text)).transpose()
    }

    /// The MD5 digest in lower-case hexadecimal digits.
    ///
    /// ```dg
    /// info zoho.encryption.md5("hello");  // => 5d41402abc4b2a76b9719d911017c592
    /// ```
    "zoho.encryption.md5" => fn md5(data: &str) -> String {
        hex(&Md5::digest(data))
    }

    /// The SHA-1 digest in lower-case hexadecimal digits.
    ///
    /// ```dg
    /// info zoho.encryption.sha1("hello");  // => aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d
    /// ```
    "zoho.encryption.sha1" => fn sha1(data: &str) -> String {
        hex(&Sha1::digest(data))
    }

    /// The SHA-256 digest, as `hex` (without `form`) or as `binary` digits of at most 1 MB of text.
    ///
    /// ```dg
    /// info zoho.encryption.sha256("hello").left(8);            // => 2cf24dba
    /// info zoho.encryption.sha256("hello", "binary").left(8);  // => 00101100
    /// ```
    "zoho.encryption.sha256" => fn sha256[cx](data: &str, form: Option<&str>) -> Result<String, Fault> {
        let form = Form::of(form, Form::Hex, &[Form::Hex, Form::Binary], cx)?;
        if form == Form::Binary {
            sized(data, 1, cx)?;
        }
        Ok(form.write(&Sha256::digest(data)))
    }

    /// The SHA-512 digest in lower-case hexadecimal digits.
    ///
    /// ```dg
    /// info zoho.encryption.sha512("Hello").left(8);  // => 3615f80c
    /// ```
    "zoho.encryption.sha512" => fn sha512(data: &str) -> String {
        hex(&Sha512::digest(data))
    }

    /// The HMAC-SHA1 of data under a key, as `base64` (without `form`) or `hex`.
    ///
    /// ```dg
    /// info zoho.encryption.hmacsha1("Use me to generate hash", "My#New#Password");  // => VK9VMxdsbxZBLHKgSEZYMEUlURs=
    /// ```
    "zoho.encryption.hmacsha1" => fn hmac_sha1[cx](key: &str, data: &str, form: Option<&str>) -> Result<String, Fault> {
        let form = Form::of(form, Form::Base64, &[Form::Base64, Form::Hex], cx)?;
        let Ok(mac) = Hmac::<Sha1>::new_from_slice(key.as_bytes()) else { return Err(bad_key()) };
        Ok(form.write(&mac.chain_update(data).finalize().into_bytes()))
    }

    /// The HMAC-SHA256 of data under a key, as `base64` (without `form`), `hex` or `binary` digits.
    ///
    /// ```dg
    /// info zoho.encryption.hmacsha256("Use me to generate hash", "My#New#Password", "hex").left(8);  // => 79d602cb
    /// ```
    "zoho.encryption.hmacsha256" => fn hmac_sha256[cx](key: &str, data: &str, form: Option<&str>) -> Result<String, Fault> {
        let form = Form::of(form, Form::Base64, &Form::ALL, cx)?;
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return Err(bad_key()) };
        Ok(form.write(&mac.chain_update(data).finalize().into_bytes()))
    }

    /// The HMAC-SHA512 of data under a key, as `base64` (without `form`), `hex` or `binary` digits.
    ///
    /// ```dg
    /// info zoho.encryption.hmacsha512("key", "data", "hex").length();  // => 128
    /// ```
    "zoho.encryption.hmacsha512" => fn hmac_sha512[cx](key: &str, data: &str, form: Option<&str>) -> Result<String, Fault> {
        let form = Form::of(form, Form::Base64, &Form::ALL, cx)?;
        let Ok(mac) = Hmac::<Sha512>::new_from_slice(key.as_bytes()) else { return Err(bad_key()) };
        Ok(form.write(&mac.chain_update(data).finalize().into_bytes()))
    }
}}

/// How a digest is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Base64,
    Hex,
    /// Digits 0 and 1, the highest bit of each byte first.
    Binary,
}

impl Form {
    const ALL: [Form; 3] = [Form::Base64, Form::Hex, Form::Binary];

    fn name(self) -> &'static str {
        match self {
            Form::Base64 => "base64",
            Form::Hex => "hex",
            Form::Binary => "binary",
        }
    }

    fn of(word: Option<&str>, unless: Form, known: &[Form], cx: &Cx<'_>) -> Result<Form, Fault> {
        let Some(word) = word else { return Ok(unless) };
        let found = known.iter().find(|form| form.name().eq_ignore_ascii_case(word));
        found.copied().ok_or_else(|| {
            let names: Vec<_> = known.iter().map(|form| format!("`{}`", form.name())).collect();
            Fault::value(format!("expected {} in `{}`, found `{word}`", names.join(" or "), cx.function))
        })
    }

    fn write(self, bytes: &[u8]) -> String {
        match self {
            Form::Base64 => STANDARD.encode(bytes),
            Form::Hex => hex(bytes),
            Form::Binary => bytes.iter().map(|byte| format!("{byte:08b}")).collect(),
        }
    }
}

/// HMAC takes keys of any length; the crate's interface can say otherwise.
fn bad_key() -> Fault {
    Fault::value("the key cannot be used")
}

fn sized(text: &str, most: usize, cx: &Cx<'_>) -> Result<(), Fault> {
    if text.len() > most * MB {
        return Err(Fault::value(format!("`{}` takes at most {most} MB, found {} bytes", cx.function, text.len())));
    }
    Ok(())
}

/// The bytes of a Base64 text; line breaks and blanks in it do not count, padding may be missing.
pub fn decoded(text: &str) -> Result<Vec<u8>, Fault> {
    let packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    LENIENT.decode(packed).map_err(|_| Fault::convert(format!("expected Base64, found `{}`", head(text))))
}

/// Reverses percent-encoding; bytes that are no UTF-8 become U+FFFD.
fn form_decode(text: &str) -> Result<String, Fault> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| (*byte as char).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let code = digit(at + 1).zip(digit(at + 2)).map(|(high, low)| (high << 4 | low) as u8);
                let message = || Fault::convert("expected two hexadecimal digits behind each `%`");
                out.push(code.ok_or_else(message)?);
                at += 2;
            }
            other => out.push(*other),
        }
        at += 1;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}
