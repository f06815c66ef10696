//! What a new session rests on. Nothing is written for it: its token is all there
//! is, and every call with it looks at the rows behind it again.

use assessments::id::UserId;

use super::database::{Databases, StorageError, id, text};
use super::standing;
use crate::caller::{Caller, Standing};

const USER: &str = "\
SELECT json_quote(id) AS json FROM users
WHERE org_id = ?1 AND id = ?2 AND is_archived = 0
  AND ?3 ->> membership";

/// The caller's standing, and whether there is a user of that id who may sign in.
pub(crate) async fn facts(
    databases: &Databases,
    caller: &Caller,
    user: Option<&UserId>,
) -> Result<(Option<Standing>, bool), StorageError> {
    let database = databases.of(&caller.org)?;
    let mut statements = vec![standing::select(&database, caller)];
    if let Some(user) = user {
        let memberships = text(&standing::memberships_that_sign_in());
        statements.push(database.statement(USER, &[id(&caller.org), id(user), memberships]));
    }
    let mut rows = database.batch("look up for session", statements).await?;
    let standing = standing::next(&mut rows)?;
    Ok((standing, rows.next_json()?.is_some()))
}
