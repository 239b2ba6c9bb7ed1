//! Hosts that are as slow or as broken as real ones.

use async_trait::async_trait;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
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
    pub inner: NativeRooms,
    cut: AtomicBool,
    ended: Mutex<Vec<(String, String)>>,
}

impl CutRooms {
    pub fn new(inner: NativeRooms) -> Self {
        Self { inner, cut: AtomicBool::new(false), ended: Mutex::default() }
    }

    pub fn set_cut(&self, cut: bool) {
        self.cut.store(cut, Ordering::SeqCst);
    }

    /// Room and session of each call to close sockets that got through since this was asked last.
    pub fn take_ended(&self) -> Vec<(String, String)> {
        std::mem::take(&mut *self.ended.lock().unwrap())
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
        if let RoomCall::EndSession { session_id, .. } = call {
            self.ended.lock().unwrap().push((room_id.to_owned(), session_id.clone()));
        }
        self.inner.call(room_id, call).await
    }

    async fn connect(&self, room_id: &str, request: &SocketRequest) -> Result<Connected, HostError> {
        self.reachable()?;
        self.inner.connect(room_id, request).await
    }
}
