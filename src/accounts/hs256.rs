//! HS256 (RFC 7518, section 3.2) for `jsonwebtoken` over `hmac` and `sha2`. The
//! crate's own provider brings RSA, EC and EdDSA with it: 166 KiB more of wasm
//! for algorithms that are never accepted here.

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::{Algorithm, DecodingKey};
use sha2::Sha256;
use signature::{Error, Signer, Verifier};
use std::sync::Once;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        require_hs256(*algorithm)?;
        Ok(Box::new(Hs256(key.as_bytes().to_vec())))
    },
    verifier_factory: |algorithm, key: &DecodingKey| {
        require_hs256(*algorithm)?;
        Ok(Box::new(Hs256(key.try_get_as_bytes()?.to_vec())))
    },
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes this the crate's provider; must come before any token is read or made.
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // Refused only when a provider is there already, and that is this one.
        PROVIDER.install_default().ok();
    });
}

fn require_hs256(algorithm: Algorithm) -> Result<()> {
    if algorithm == Algorithm::HS256 { Ok(()) } else { Err(ErrorKind::InvalidAlgorithm.into()) }
}

struct Hs256(Vec<u8>);

impl Hs256 {
    fn mac(&self, message: &[u8]) -> std::result::Result<Hmac<Sha256>, Error> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|_| Error::new())?;
        Ok(mac.chain_update(message))
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        Ok(self.mac(message)?.finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    /// In constant time.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        self.mac(message)?.verify_slice(signature).map_err(|_| Error::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}
