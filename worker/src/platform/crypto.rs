//! Signatures, by the platform's own cryptography (Web Crypto).

use js_sys::{Array, Object, Reflect, Uint8Array};
use worker::wasm_bindgen::JsValue;
use worker::wasm_bindgen::prelude::wasm_bindgen;

use super::clock::deadline;

/// Longest wait for it, in milliseconds. It computes and waits for nobody.
const TIMEOUT_MILLISECONDS: u64 = 5_000;

#[wasm_bindgen(wasm_bindgen_futures = ::worker::wasm_bindgen_futures)]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = importKey)]
    async fn js_import_key(
        format: &str,
        key: &Object,
        algorithm: &Object,
        is_extractable: bool,
        usages: &Array,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = sign)]
    async fn js_sign(
        algorithm: &Object,
        key: &JsValue,
        data: &Uint8Array,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = verify)]
    async fn js_verify(
        algorithm: &Object,
        key: &JsValue,
        signature: &Uint8Array,
        data: &Uint8Array,
    ) -> Result<JsValue, JsValue>;
}

/// The schemes of signatures that there are; nothing else can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RsaPkcs1Sha256,
    /// ECDSA on P-256 with SHA-256; signatures are the two numbers, 64 bytes.
    EcdsaP256Sha256,
    /// Ed25519.
    Ed25519,
}

impl Scheme {
    /// The algorithm for keys and for signatures alike.
    fn algorithm(self) -> Result<Object, JsValue> {
        match self {
            Self::RsaPkcs1Sha256 => object(&[("name", "RSASSA-PKCS1-v1_5"), ("hash", "SHA-256")]),
            Self::EcdsaP256Sha256 => object(&[
                ("name", "ECDSA"),
                ("namedCurve", "P-256"),
                ("hash", "SHA-256"),
            ]),
            Self::Ed25519 => object(&[("name", "Ed25519")]),
        }
    }
}

/// The platform could not do it: a key of its own making that it does not take,
/// or a fault of the platform. It tells nothing of a signature.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct CryptoError(String);

impl From<JsValue> for CryptoError {
    fn from(cause: JsValue) -> Self {
        Self(format!("{cause:?}"))
    }
}

/// Signs `data` with the private JWK of these members.
pub(crate) async fn sign(
    scheme: Scheme,
    jwk: &[(&str, &str)],
    data: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    let signature = bounded(async {
        let algorithm = scheme.algorithm()?;
        let key = import(&algorithm, jwk, "sign").await?;
        js_sign(&algorithm, &key, &Uint8Array::from(data)).await
    });
    Ok(Uint8Array::new(&signature.await?).to_vec())
}

/// Whether `signature` is one of `data` by the public JWK of these members.
pub(crate) async fn verify(
    scheme: Scheme,
    jwk: &[(&str, &str)],
    signature: &[u8],
    data: &[u8],
) -> Result<bool, CryptoError> {
    let verified = bounded(async {
        let algorithm = scheme.algorithm()?;
        let key = import(&algorithm, jwk, "verify").await?;
        let (signature, data) = (Uint8Array::from(signature), Uint8Array::from(data));
        js_verify(&algorithm, &key, &signature, &data).await
    });
    Ok(verified.await?.is_truthy())
}

async fn import(algorithm: &Object, jwk: &[(&str, &str)], usage: &str) -> Result<JsValue, JsValue> {
    let usages = Array::of1(&JsValue::from_str(usage));
    js_import_key("jwk", &object(jwk)?, algorithm, false, &usages).await
}

async fn bounded(
    work: impl Future<Output = Result<JsValue, JsValue>>,
) -> Result<JsValue, CryptoError> {
    match deadline(TIMEOUT_MILLISECONDS, work).await {
        Some(outcome) => Ok(outcome?),
        None => Err(CryptoError(format!(
            "no answer in {TIMEOUT_MILLISECONDS} ms"
        ))),
    }
}

fn object(members: &[(&str, &str)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (name, value) in members {
        Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value))?;
    }
    Ok(object)
}
