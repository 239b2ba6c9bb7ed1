//! Files: an R2 bucket.

use super::failed;
use crate::platform::{Files, HostError};
use async_trait::async_trait;
use worker::Bucket;
use worker::send::SendFuture;

/// The bucket of this installation.
pub struct R2(pub Bucket);

#[async_trait]
impl Files for R2 {
    async fn put(&self, name: &str, bytes: &[u8]) -> Result<(), HostError> {
        let put = async { self.0.put(name, bytes.to_vec()).execute().await.map(drop).map_err(failed) };
        SendFuture::new(put).await
    }

    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>, HostError> {
        let get = async {
            let Some(object) = self.0.get(name).execute().await.map_err(failed)? else { return Ok(None) };
            match object.body() {
                Some(body) => body.bytes().await.map(Some).map_err(failed),
                None => Ok(None),
            }
        };
        SendFuture::new(get).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: u32) -> Result<Vec<String>, HostError> {
        let list = async {
            let builder = self.0.list().prefix(prefix).limit(limit);
            let builder = if let Some(after) = after { builder.start_after(after) } else { builder };
            let listed = builder.execute().await.map_err(failed)?;
            Ok(listed.objects().iter().map(worker::Object::key).collect())
        };
        SendFuture::new(list).await
    }

    async fn delete(&self, name: &str) -> Result<(), HostError> {
        SendFuture::new(async { self.0.delete(name).await.map_err(failed) }).await
    }
}
