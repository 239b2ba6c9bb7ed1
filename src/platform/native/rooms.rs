use super::breaker::Breaker;
use crate::chat::room::{Attachment, SocketId};
use crate::chat::service::{RoomCall, RoomReply, SocketRequest};
use crate::chat::shell::{Host, Shell, Sockets};
use crate::chat::store::{RoomStorage, SCHEMA};
use crate::config::Config;
use crate::platform::{Clock, Connected, DatabaseError, Entropy, HostError, Rooms, Rows, Statement};
use async_trait::async_trait;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Rooms in this process, each with an SQLite of its own; no sockets.
pub struct NativeRooms {
    config: Config,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    folder: Option<PathBuf>,
    rooms: Mutex<BTreeMap<String, (Storage, Shell)>>,
    /// Which call of their storage breaks.
    pub breaker: Arc<Breaker>,
}

impl NativeRooms {
    /// No rooms yet.
    #[must_use]
    pub fn new(config: Config, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { config, clock, entropy, folder: None, rooms: Mutex::default(), breaker: Arc::default() }
    }

    /// The same with each room's storage in a file here: for what must not be found in its bytes.
    #[must_use]
    pub fn in_folder(self, folder: PathBuf) -> Self {
        Self { folder: Some(folder), ..self }
    }

    fn storage(&self, room_id: &str) -> Result<Storage, HostError> {
        let connection = match &self.folder {
            Some(folder) => Connection::open(folder.join(room_id)),
            None => Connection::open_in_memory(),
        };
        Storage::over(connection.map_err(failed)?, self.breaker.clone())
    }

    /// Forgets what is in memory, as eviction does; storage stays.
    pub fn evict_all(&self) {
        for (_, shell) in self.rooms.lock().unwrap_or_else(PoisonError::into_inner).values_mut() {
            *shell = Shell::default();
        }
    }

    /// What a statement gives in the storage of each room: for what must be there, or must not.
    ///
    /// # Errors
    /// When SQLite refuses it.
    pub fn query_all(&self, statement: &Statement) -> Result<Vec<Rows>, HostError> {
        let rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.values().map(|(storage, _)| storage.query(statement)).collect()
    }
}

#[async_trait]
impl Rooms for NativeRooms {
    async fn call(&self, room_id: &str, call: &RoomCall) -> Result<RoomReply, HostError> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        if !rooms.contains_key(room_id) {
            rooms.insert(room_id.to_owned(), (self.storage(room_id)?, Shell::default()));
        }
        let Some((storage, shell)) = rooms.get_mut(room_id) else { return Ok(RoomReply::NotOpened) };
        let host = Host {
            storage,
            sockets: &NoSockets,
            clock: self.clock.as_ref(),
            entropy: self.entropy.as_ref(),
            config: &self.config,
        };
        shell.call(&host, room_id, call.clone())
    }

    async fn connect(&self, _: &str, _: &SocketRequest) -> Result<Connected, HostError> {
        Ok(Connected::Unsupported)
    }
}

/// A room's storage.
struct Storage {
    connection: Connection,
    breaker: Arc<Breaker>,
}

impl Storage {
    /// With the tables of a room, made where they are not there yet.
    fn over(connection: Connection, breaker: Arc<Breaker>) -> Result<Self, HostError> {
        for sql in SCHEMA {
            connection.execute_batch(sql).map_err(failed)?;
        }
        Ok(Self { connection, breaker })
    }

    fn query(&self, statement: &Statement) -> Result<Rows, HostError> {
        super::database::run(&self.connection, statement).map_err(host_error)
    }
}

impl RoomStorage for Storage {
    fn run(&self, statement: &Statement) -> Result<Rows, HostError> {
        self.breaker.around(|| self.query(statement))
    }

    fn transaction(&self, statements: &[Statement]) -> Result<(), HostError> {
        self.breaker.around(|| {
            let transaction = self.connection.unchecked_transaction().map_err(failed)?;
            for statement in statements {
                super::database::run(&transaction, statement).map_err(host_error)?;
            }
            transaction.commit().map_err(failed)
        })
    }
}

fn failed(error: rusqlite::Error) -> HostError {
    HostError::Failed(error.to_string())
}

fn host_error(error: DatabaseError) -> HostError {
    match error {
        DatabaseError::Host(error) => error,
        other => HostError::Failed(format!("{other:?}")),
    }
}

struct NoSockets;

impl Sockets for NoSockets {
    fn attachments(&self) -> Vec<Attachment> {
        Vec::new()
    }

    fn attach(&self, _: &Attachment) {}

    fn send(&self, _: &[SocketId], _: &str) {}

    fn close(&self, _: SocketId, _: u16, _: &str) {}

    fn set_alarm(&self, _: i64) {}
}
