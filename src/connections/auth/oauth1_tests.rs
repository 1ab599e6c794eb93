//! The published vectors of OAuth 1.0a: RFC 5849, OAuth Core 1.0 appendix A, and those of Twitter.

use super::*;
use crate::host::Method;

fn hop(method: Method, url: &str, form: &[(&str, &str)]) -> Hop {
    let pairs: Pairs = form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let body = if pairs.is_empty() { Body::Empty } else { Body::Form(pairs) };
    Hop { method, url: Url::parse(url).expect("a url"), headers: vec![], body }
}

fn signature(mut hop: Hop, signer: &Signer<'_>, timestamp: i64, nonce: &str, extra: &[(&str, &str)]) -> String {
    let moment = Moment { timestamp, nonce: nonce.to_owned() };
    sign(&mut hop, signer, &moment, extra, Place::Header).expect("signs");
    let header = hop.headers[0].1.clone();
    let encoded = header.split("oauth_signature=\"").nth(1).expect("a signature").trim_end_matches('"');
    percent_encoding::percent_decode_str(encoded).decode_utf8().expect("text").into_owned()
}

fn photos<'a>(token: Option<(&'a str, &'a str)>) -> Signer<'a> {
    Signer {
        consumer_key: "dpf43f3p2l4k3l03",
        consumer_secret: "kd94hf93k423kf44",
        token,
        signature: Signature::HmacSha1,
    }
}

#[test]
fn rfc_5849_section_1_2() {
    let a = signature(
        hop(Method::Post, "https://photos.example.net/initiate", &[]),
        &photos(None),
        137131200,
        "wIjqoS",
        &[("oauth_callback", "http://printer.example.com/ready")],
    );
    assert_eq!(a, "74KNZJeDHnMBp0EMJ9ZHt/XKycU=");
    let b = signature(
        hop(Method::Post, "https://photos.example.net/token", &[]),
        &photos(Some(("hh5s93j4hdidpola", "hdhd0244k9j7ao03"))),
        137131201,
        "walatlh",
        &[("oauth_verifier", "hfdp7dh39dks9884")],
    );
    assert_eq!(b, "gKgrFCywp7rO0OXSjdot/IHF7IU=");
    let c = signature(
        hop(Method::Get, "http://photos.example.net/photos?file=vacation.jpg&size=original", &[]),
        &photos(Some(("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00"))),
        137131202,
        "chapoH",
        &[],
    );
    assert_eq!(c, "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
}

const BASE: &str = "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7";

#[test]
fn rfc_5849_section_3_4_1() {
    let signer = Signer {
        consumer_key: "9djdj82h48djs9d2",
        consumer_secret: "",
        token: Some(("kkk9d7dh3k39sjv7", "")),
        signature: Signature::HmacSha1,
    };
    let mut hop = hop(Method::Post, "http://example.com/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", &[]);
    hop.headers = vec![("Content-Type".into(), "application/x-www-form-urlencoded".into())];
    hop.body = Body::Bytes { content_type: String::new(), bytes: b"c2&a3=2+q".to_vec() };
    let moment = Moment { timestamp: 137131201, nonce: "7d8f3e4a".into() };
    let mut all = signer.parameters(&moment, &[]);
    all.extend(hop.url.query_pairs().into_owned());
    all.extend(form_pairs(&hop));
    assert_eq!(base_string("POST", &hop.url, all).expect("a base string"), BASE);
}

#[test]
fn digests_of_one_base_string() {
    let sign = |signature| {
        let token = Some(("", "just-a-string    asdasd"));
        Signer { consumer_key: "", consumer_secret: "ECrDNoq1VYzzzzzzzzzyAK7TwZNtPnkqatqZZZZ", token, signature }
            .sign(BASE)
            .expect("signs")
    };
    assert_eq!(sign(Signature::HmacSha1), "wsdNmjGB7lvis0UJuPAmjvX/PXw=");
    assert_eq!(sign(Signature::HmacSha256), "wdfdHUKXHbOnOGZP8WFAWMSAmWzN3EVBWWgXGlC/Eo4=");
    assert_eq!(
        sign(Signature::HmacSha512),
        "u/vlyZFDxOWOZ9UUXwRBJHvq8/T4jCA74ocRmn2ECnjUBTAeJiZIRU8hDTjS88Tz1fGONffMpdZxUkUTW3k1kg=="
    );
}

#[test]
fn oauth_core_appendix_a() {
    let signed = signature(
        hop(Method::Get, "http://photos.example.net/photos?file=vacation.jpg&size=original", &[]),
        &photos(Some(("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00"))),
        1191242096,
        "kllo9940pd9333jh",
        &[("oauth_version", "1.0")],
    );
    assert_eq!(signed, "tR3+Ty81lMeYAr/Fid0kMTYa/WM=");
}

#[test]
fn twitters_example() {
    let signer = Signer {
        consumer_key: "xvz1evFS4wEEPTGEFPHBog",
        consumer_secret: "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        token: Some((
            "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
            "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
        )),
        signature: Signature::HmacSha1,
    };
    let sign = |version: &str| {
        let url = format!("https://api.twitter.com/{version}/statuses/update.json?include_entities=true");
        let form = [("status", "Hello Ladies + Gentlemen, a signed OAuth request!")];
        let nonce = "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg";
        signature(hop(Method::Post, &url, &form), &signer, 1318622958, nonce, &[("oauth_version", "1.0")])
    };
    assert_eq!(sign("1"), "tnnArxj06cWHq44gCs1OSKk/jLY=");
    assert_eq!(sign("1.1"), "hCtSmYh+iHYCEqBWrE7C7hYmtUk=");
}

#[test]
fn keys_are_joined_with_an_ampersand_always() {
    let sign = |token| {
        Signer { consumer_key: "", consumer_secret: "cs", token, signature: Signature::HmacSha1 }
            .sign("bs")
            .expect("signs")
    };
    assert_eq!(sign(None), "egQqG5AJep5sJ7anhXju1unge2I=");
    assert_eq!(sign(Some(("t", "ts"))), "VZVjXceV7JgPq/dOTnNmEfO0Fv8=");
}

#[test]
fn plaintext_is_the_key_itself() {
    let sign = |token| {
        Signer { consumer_key: "", consumer_secret: "ja893SD9", token, signature: Signature::Plaintext }
            .sign("anything")
            .expect("signs")
    };
    assert_eq!(sign(None), "ja893SD9&");
    assert_eq!(sign(Some(("", "xyz4992k83j47x0b"))), "ja893SD9&xyz4992k83j47x0b");
}

#[test]
fn addresses_are_normalised() {
    let address = |url: &str| base_address(&Url::parse(url).expect("a url")).expect("an address");
    assert_eq!(address("http://EXAMPLE.COM:80/r v/X?id=123"), "http://example.com/r%20v/X");
    assert_eq!(address("https://www.example.net:8080/?q=1"), "https://www.example.net:8080/");
    assert_eq!(address("http://example.com:443"), "http://example.com:443/");
    assert_eq!(address("https://example.com:80/"), "https://example.com:80/");
    assert_eq!(address("https://example.com:443/a#b"), "https://example.com/a");
    assert_eq!(address("http://example.com:/a"), "http://example.com/a");
    assert_eq!(address("http://[::1]:8080/"), "http://[::1]:8080/");
    assert!(base_address(&Url::parse("http://example.com:0/").expect("a url")).is_err());
    assert!(Url::parse("http://example.com:65536/").is_err());
    assert!(Url::parse("http://example.com:-1/").is_err());
}

#[test]
fn encoding_and_order() {
    for (text, expected) in [
        ("%", "%25"),
        ("+", "%2B"),
        ("&=*", "%26%3D%2A"),
        ("\n", "%0A"),
        (" ", "%20"),
        ("\u{80}", "%C2%80"),
        ("\u{3001}", "%E3%80%81"),
        ("a-._~Z", "a-._~Z"),
    ] {
        assert_eq!(encode(text), expected);
    }
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(normalised(vec![pair("a", "x!y"), pair("a", "x y")]), "a=x%20y&a=x%21y");
    assert_eq!(normalised(vec![pair("x!y", "a"), pair("x", "a")]), "x=a&x%21y=a");
}

#[test]
fn rsa_sha1_signs_as_openssl_does() {
    // Expected: `openssl dgst -sha1 -sign KEY` over the same text.
    let expected = "VXGDBDTSDvxY9CCKFTD2RHInrV5/Xl7kuyLNNz9/6Z/wEK2rSwp2IFAS9O8jmKAXY/n8EIanhO0yVQC1SNPz6zG4uqaloyuRRoWegx7iS5r3wJXU/k02gKVzcfZwsj0fAEzsFd9btCfYM+6XuN5HhQy0b+FS5WVZmksptXn8qmg=";
    let keys = [
        include_str!("../../../tests/connections/keys/rsa_for_tests.pem"),
        include_str!("../../../tests/connections/keys/rsa_for_tests_pkcs1.pem"),
    ];
    for consumer_secret in keys {
        let signer = Signer { consumer_key: "ck", consumer_secret, token: None, signature: Signature::RsaSha1 };
        assert_eq!(signer.sign("GET&http%3A%2F%2Fexample.com%2Fx&a%3Db").expect("signs"), expected);
    }
    let signer = Signer { consumer_key: "", consumer_secret: "planted", token: None, signature: Signature::RsaSha1 };
    let error = signer.sign("x").expect_err("refused").to_string();
    assert!(error.starts_with("expected an RSA private key in PEM") && !error.contains("planted"), "{error}");
}
