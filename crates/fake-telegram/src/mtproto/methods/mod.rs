//! The methods, one file per slice.

pub mod auth;
mod channels;
mod messages;
mod session;
mod stats;
pub mod updates;
mod users;

use grammers_tl_types::{
    Cursor, Deserializable, Identifiable, RemoteCall, Serializable, enums, functions, name_for_id,
};

use crate::world::{Account, Channel, State};

use super::{DataCentres, lock, shape};

/// An `rpc_error`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub code: i32,
    pub name: String,
}

impl Failure {
    pub fn new(code: i32, name: &str) -> Self {
        Self { code, name: name.to_owned() }
    }

    pub fn flood(seconds: u32) -> Self {
        Self::new(420, &format!("FLOOD_WAIT_{seconds}"))
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let error = grammers_tl_types::types::RpcError { error_code: self.code, error_message: self.name.clone() };
        enums::RpcError::from(error).to_bytes()
    }
}

/// A call without what is wrapped around it.
pub struct Unwrapped<'b> {
    pub constructor: u32,
    pub arguments: &'b [u8],
    pub without_updates: bool,
}

/// Takes off `invokeWithLayer`, `initConnection` and their kind, in any nesting.
pub fn unwrap(body: &[u8]) -> Option<Unwrapped<'_>> {
    let mut rest = body;
    let mut without_updates = false;
    loop {
        let constructor = u32::from_le_bytes(rest.get(..4)?.try_into().ok()?);
        let arguments = &rest[4..];
        let mut cursor = Cursor::from_slice(arguments);
        match name_for_id(constructor) {
            "invokeWithLayer" => skip::<i32>(&mut cursor)?,
            "invokeWithoutUpdates" => without_updates = true,
            "invokeAfterMsg" => skip::<i64>(&mut cursor)?,
            "invokeAfterMsgs" => skip::<Vec<i64>>(&mut cursor)?,
            "initConnection" => {
                let flags = i32::deserialize(&mut cursor).ok()?;
                skip::<i32>(&mut cursor)?;
                for _ in 0..6 {
                    skip::<String>(&mut cursor)?;
                }
                if flags & 1 != 0 {
                    skip::<enums::InputClientProxy>(&mut cursor)?;
                }
                if flags & 2 != 0 {
                    skip::<enums::Jsonvalue>(&mut cursor)?;
                }
            }
            _ => return Some(Unwrapped { constructor, arguments, without_updates }),
        }
        rest = &arguments[cursor.pos()..];
    }
}

fn skip<T: Deserializable>(cursor: &mut Cursor<'_>) -> Option<()> {
    T::deserialize(cursor).ok().map(drop)
}

/// Who calls, and where.
pub struct Caller<'c> {
    pub centres: &'c DataCentres,
    pub dc: i32,
    /// The key's id.
    pub key: i64,
    pub account: Option<i64>,
    /// The scenario's now, Unix seconds.
    pub now: i64,
}

impl<'c> Caller<'c> {
    pub fn new(centres: &'c DataCentres, dc: i32, key: i64, account: Option<i64>) -> Self {
        Self { centres, dc, key, account, now: centres.world.clock.now() }
    }

    /// The account that is signed in.
    pub fn account(&self) -> Result<i64, Failure> {
        self.account.ok_or_else(|| Failure::new(401, "AUTH_KEY_UNREGISTERED"))
    }

    /// Signs the key in here, or out.
    pub fn sign_in(&self, account: Option<i64>) {
        if let Some(record) = lock(&self.centres.keys).get_mut(&(self.dc, self.key)) {
            record.user = account;
        }
    }

    pub fn hash(&self, channel: i64) -> Result<i64, Failure> {
        Ok(shape::access_hash(&self.centres.world, self.account()?, channel))
    }

    /// The channel that an input names, if its access hash is this account's.
    pub fn channel<'s>(&self, state: &'s State, input: &enums::InputChannel) -> Result<&'s Channel, Failure> {
        match input {
            enums::InputChannel::Channel(channel) => self.known(state, channel.channel_id, channel.access_hash),
            _ => Err(Failure::new(400, "CHANNEL_INVALID")),
        }
    }

    pub fn peer<'s>(&self, state: &'s State, input: &enums::InputPeer) -> Result<&'s Channel, Failure> {
        match input {
            enums::InputPeer::Channel(channel) => self.known(state, channel.channel_id, channel.access_hash),
            _ => Err(Failure::new(400, "PEER_ID_INVALID")),
        }
    }

    fn known<'s>(&self, state: &'s State, id: i64, hash: i64) -> Result<&'s Channel, Failure> {
        let channel = state.channels.get(&id).filter(|_| self.hash(id).is_ok_and(|own| own == hash));
        let channel = channel.ok_or_else(|| Failure::new(400, "CHANNEL_INVALID"))?;
        if channel.private { Err(Failure::new(400, "CHANNEL_PRIVATE")) } else { Ok(channel) }
    }

    pub fn account_of<'s>(&self, state: &'s State) -> Result<&'s Account, Failure> {
        let id = self.account()?;
        state.accounts.get(&id).ok_or_else(|| Failure::new(401, "AUTH_KEY_UNREGISTERED"))
    }
}

/// Methods that a key may call before somebody is signed in with it.
const BEFORE_SIGN_IN: &[&str] = &["auth.", "help.", "account.getPassword"];

/// Carries a call out; its result as bytes.
pub fn dispatch(caller: &Caller<'_>, constructor: u32, arguments: &[u8]) -> Result<Vec<u8>, Failure> {
    let name = name_for_id(constructor);
    if let Some(account) = caller.account {
        let dead = caller.centres.world.lock().accounts.get(&account).and_then(|account| account.dead.clone());
        if let Some(error) = dead {
            return Err(Failure::new(401, &error));
        }
    } else if !BEFORE_SIGN_IN.iter().any(|beginning| name.starts_with(beginning)) {
        return Err(Failure::new(401, "AUTH_KEY_UNREGISTERED"));
    }
    macro_rules! methods {
        ($($($part:ident)::+ => $handler:path,)*) => {
            match constructor {
                $(functions::$($part)::+::CONSTRUCTOR_ID => {
                    run::<functions::$($part)::+>(caller, arguments, $handler)
                })*
                _ => {
                    caller.centres.world.lock().not_implemented.push(format!("{name} ({constructor:#010x})"));
                    Err(Failure::new(400, "METHOD_NOT_IMPLEMENTED_BY_FAKE"))
                }
            }
        };
    }
    methods! {
        help::GetConfig => session::get_config,
        help::GetNearestDc => session::get_nearest_dc,
        help::GetAppConfig => session::get_app_config,
        account::UpdateStatus => session::update_status,
        auth::SendCode => auth::send_code,
        auth::SignIn => auth::sign_in,
        auth::CheckPassword => auth::check_password,
        auth::ExportLoginToken => auth::export_login_token,
        auth::ImportLoginToken => auth::import_login_token,
        auth::ExportAuthorization => auth::export_authorization,
        auth::ImportAuthorization => auth::import_authorization,
        auth::LogOut => auth::log_out,
        account::GetPassword => auth::get_password,
        users::GetUsers => users::get_users,
        users::GetFullUser => users::get_full_user,
        contacts::ResolveUsername => channels::resolve_username,
        channels::GetChannels => channels::get_channels,
        channels::GetFullChannel => channels::get_full_channel,
        channels::GetParticipants => channels::get_participants,
        channels::GetParticipant => channels::get_participant,
        channels::JoinChannel => channels::join_channel,
        channels::LeaveChannel => channels::leave_channel,
        channels::GetMessages => messages::get_by_id,
        messages::GetHistory => messages::get_history,
        messages::GetMessagesViews => messages::get_views,
        messages::GetDialogs => messages::get_dialogs,
        stats::GetBroadcastStats => stats::get_broadcast_stats,
        stats::GetMessageStats => stats::get_message_stats,
        stats::LoadAsyncGraph => stats::load_async_graph,
        stats::GetMessagePublicForwards => stats::get_public_forwards,
        updates::GetState => updates::get_state,
        updates::GetDifference => updates::get_difference,
        updates::GetChannelDifference => updates::get_channel_difference,
    }
}

fn run<R>(
    caller: &Caller<'_>,
    arguments: &[u8],
    handler: impl FnOnce(&Caller<'_>, R) -> Result<R::Return, Failure>,
) -> Result<Vec<u8>, Failure>
where
    R: RemoteCall + Deserializable,
    R::Return: Serializable,
{
    let request = R::from_bytes(arguments).map_err(|_| Failure::new(400, "INPUT_REQUEST_INVALID"))?;
    handler(caller, request).map(|answer| answer.to_bytes())
}
