//! Who calls.

use super::database::{Databases, StorageError, id};
use super::standing;
use crate::caller::{Caller, Standing};

const NAME: &str = "SELECT json_quote(name) AS json FROM organizations WHERE id = ?1";

/// The caller's standing, and the name of their organization.
pub(crate) async fn caller(
    databases: &Databases,
    caller: &Caller,
) -> Result<(Option<Standing>, Option<String>), StorageError> {
    let database = databases.of(&caller.org)?;
    let statements = vec![
        standing::select(&database, caller),
        database.statement(NAME, &[id(&caller.org)]),
    ];
    let mut rows = database.batch("read who calls", statements).await?;
    Ok((standing::next(&mut rows)?, rows.next_value()?))
}
