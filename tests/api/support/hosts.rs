//! Hosts that are as slow or as broken as real ones.

use async_trait::async_trait;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use virtual_doctor::chat::service::{RoomCall, RoomReply, SocketRequest};
use virtual_doctor::platform::native::{NativeRooms, SqliteDatabase};
use virtual_doctor::platform::{Connected, Database, DatabaseError, HostError, Rooms, Rows, Statement};

/// Lets others run before each batch, as a database behind a network does.
pub struct Yielding(pub Arc<SqliteDatabase>);

#[async_trait]
impl Database for Yielding {
    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, DatabaseError> {
        tokio::task::yield_now().await;
        self.0.batch(statements).await
    }
}

/// Rooms that can be cut off and given back.
pub struct CutRooms {
    inner: NativeRooms,
    cut: AtomicBool,
}

impl CutRooms {
    pub fn new(inner: NativeRooms) -> Self {
        Self { inner, cut: AtomicBool::new(false) }
    }

    pub fn set_cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
    }

    pub fn evict_all(&self) {
        self.inner.evict_all();
    }

    fn reachable(&self) -> Result<(), HostError> {
        if self.cut.load(Ordering::SeqCst) {
            Err(HostError::Unavailable("the rooms are cut off".into()))
        } else {
            Ok(())
        }
    }
}

#[async_trait]
impl Rooms for CutRooms {
    async fn call(&self, room_id: &str, call: &RoomCall) -> Result<RoomReply, HostError> {
        tokio::task::yield_now().await;
        self.reachable()?;
        self.inner.call(room_id, call).await
    }

    async fn connect(&self, room_id: &str, request: &SocketRequest) -> Result<Connected, HostError> {
        self.reachable()?;
        self.inner.connect(room_id, request).await
    }
}
