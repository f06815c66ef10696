//! What a new session rests on. Nothing is written for it: its token is all there
//! is, and every call with it looks at the rows behind it again.

use assessments::id::UserId;

use super::database::{Databases, StorageError, optional_id, text};
use super::standing::{
    self, Lookup, key_standing, of_session, session_standing, with_key, with_session,
};
use crate::caller::{Caller, Standing};

macro_rules! is_there {
    () => {
        "json(iif(EXISTS (
    SELECT 1 FROM users
    WHERE org_id = ?1 AND id = ?8 AND is_archived = 0 AND ?9 ->> membership),
    'true', 'false')) AS json"
    };
}

const USER: Lookup = Lookup {
    of_key: with_key!(is_there!()),
    of_user: with_session!("id", is_there!()),
    of_external_user: with_session!("external_id", is_there!()),
};

/// The caller's standing, and whether there is a user of that id who may sign in.
pub(crate) async fn facts(
    databases: &Databases,
    caller: &Caller,
    user: Option<&UserId>,
) -> Result<(Option<Standing>, bool), StorageError> {
    let database = databases.of(&caller.org)?;
    let own = [
        optional_id(user),
        text(&standing::memberships_that_sign_in()),
    ];
    let statement = standing::look_up(&database, caller, &USER, &own);
    let mut rows = database
        .batch("look up for session", vec![statement])
        .await?;
    let (standing, is_there) = rows.next_with_standing()?;
    Ok((standing, is_there.unwrap_or_default()))
}
