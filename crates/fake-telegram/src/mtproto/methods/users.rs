//! The account itself.

use grammers_tl_types::{enums, functions, types};

use super::{Caller, Failure, shape};

pub fn get_users(caller: &Caller<'_>, call: functions::users::GetUsers) -> Result<Vec<enums::User>, Failure> {
    let own = caller.account()?;
    let state = caller.centres.world.lock();
    let users = call.id.iter().map(|input| match input {
        enums::InputUser::UserSelf => Some(own),
        enums::InputUser::User(user) => Some(user.user_id),
        _ => None,
    });
    let plans = users.map(|id| id.and_then(|id| state.accounts.get(&id)));
    Ok(plans.flatten().map(|account| shape::user(&account.plan, account.plan.id == own)).collect())
}

pub fn get_full_user(
    caller: &Caller<'_>,
    call: functions::users::GetFullUser,
) -> Result<enums::users::UserFull, Failure> {
    let own = caller.account()?;
    let id = match &call.id {
        enums::InputUser::UserSelf => own,
        enums::InputUser::User(user) => user.user_id,
        _ => return Err(Failure::new(400, "USER_ID_INVALID")),
    };
    let state = caller.centres.world.lock();
    let plan = &state.accounts.get(&id).ok_or_else(|| Failure::new(400, "USER_ID_INVALID"))?.plan;
    Ok(types::users::UserFull {
        full_user: shape::user_full(plan).into(),
        chats: Vec::new(),
        users: vec![shape::user(plan, id == own)],
    }
    .into())
}
