//! Clients of other deployments, as a provider of this one sees them: how their stages are connected, by which token they are known after
//! that, and how replies are sent to them.

use super::connect::first_state;
use super::post::{HOPS, KEY, Post};
use super::{ReplyIn, not_connected};
use crate::Engine;
use http::{Method, Uri};
use rookery_domain::{
    Access, ClientName, ConnectionId, ConnectionState, EntryPointId, Error, Kind, ProjectId, Result, Time, limits,
};
use rookery_store::{Connection, Ends, EntryPoint};
use serde_json::json;
use uuid::Uuid;

/// The longest id of a stage and the longest address, in bytes.
const STAGE_BYTES: usize = 200;
const URL_BYTES: usize = 2000;
/// The most entry points of a project that are listed to others.
const LISTED: usize = 1000;

/// What a client asks for when it connects a stage.
pub struct ClientStage<'a> {
    /// Who it has proved to be.
    pub client: ClientName,
    /// What it calls its stage.
    pub stage: &'a str,
    /// The entry point.
    pub entry_point: &'a str,
    /// Where replies go.
    pub task_url: &'a str,
}

/// A connection, and the token that its client is told.
pub struct Given {
    /// The connection.
    pub connection: Connection,
    /// The token: a secret.
    pub token: String,
}

impl Engine {
    /// The entry points of a project that clients of other deployments may use, or may ask to.
    pub async fn entry_points_for_others(&self, provider: &ProjectId) -> Result<Vec<EntryPoint>> {
        self.store.known_project(provider).await?;
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.store.entry_points(provider, super::publish::AT_ONCE, cursor.as_ref()).await?;
            found.extend(page.items.into_iter().filter(is_for_others));
            cursor = page.next;
            if cursor.is_none() || found.len() >= LISTED {
                return Ok(found);
            }
        }
    }

    /// Connects the stage of a client with an entry point of a project. The same stage has the same connection and the same token.
    pub async fn connect_client(&self, provider: &ProjectId, asked: ClientStage<'_>) -> Result<Given> {
        let ClientStage { client, stage, entry_point, task_url } = asked;
        if !(1..=STAGE_BYTES).contains(&stage.len()) || stage.chars().any(char::is_control) {
            return Err(wrong("client_stage_id", "must have 1 to 200 characters"));
        }
        self.judge_task_url(&client, task_url).await?;
        let entry = self.entry_point(provider.as_str(), entry_point).await?.filter(|entry| entry.may_use(&client));
        let entry = entry.ok_or_else(not_connected)?;
        let state = first_state(&entry, &client);
        let ends = Ends {
            id: ConnectionId::of(&client, stage, entry.id, entry.agent.incarnation),
            entry: EntryPointId::of(&entry.agent.workflow, &entry.agent.cell),
            provider: entry.agent.clone(),
            client: client.clone(),
            stage: stage.to_owned(),
            agent: None,
            created_at: Time::now(),
        };
        // A connection that was ended and is made again has another token: its generations begin anywhere.
        let generation = Uuid::new_v4().as_fields().0 / 2;
        let new = Connection { generation, given: generation, ..Connection::new(ends, Some(task_url.to_owned()), state) };
        let opened = self.open(&entry, &client, new).await?;
        match opened.state {
            ConnectionState::Active | ConnectionState::Pending => self.give(opened, task_url).await,
            ConnectionState::Refused | ConnectionState::Revoked => Err(not_connected()),
        }
    }

    /// Notes where a client's replies go now. It is told its present token.
    pub async fn move_client(&self, provider: &ProjectId, token: &str, task_url: &str) -> Result<Given> {
        let connection = self.client_of(provider, token).await?;
        self.judge_task_url(&connection.ends.client, task_url).await?;
        self.give(connection, task_url).await
    }

    /// Ends the connection of a client.
    pub async fn disconnect_client(&self, provider: &ProjectId, token: &str) -> Result<()> {
        let connection = self.client_of(provider, token).await?;
        self.store.end_connections(provider, vec![connection.id()]).await
    }

    /// The connection of a project whose client has this token. All tokens that are not good get one answer.
    pub async fn client_of(&self, provider: &ProjectId, token: &str) -> Result<Connection> {
        let Some((id, generation)) = self.open_connection_token(token).await? else { return Err(not_connected()) };
        let connection = self.store.connection(provider, id).await?.ok_or_else(not_connected)?;
        let overlaps = |at: Time| Time::now() < at.plus(limits::TOKEN_OVERLAP_MS);
        let is_before = generation.checked_add(1) == Some(connection.generation) && connection.rotated_at.is_some_and(overlaps);
        let is_good = matches!(connection.state, ConnectionState::Active | ConnectionState::Pending)
            && (generation == connection.generation || is_before)
            && connection.ends.agent.is_none();
        is_good.then_some(connection).ok_or_else(not_connected)
    }

    async fn give(&self, connection: Connection, task_url: &str) -> Result<Given> {
        let is_known = connection.given == connection.generation && connection.task_url.as_deref() == Some(task_url);
        let connection = match is_known {
            true => connection,
            false => self.store.note_given(&connection, task_url).await?.ok_or_else(not_connected)?,
        };
        let token = self.connection_token(connection.id(), connection.given).await?;
        Ok(Given { connection, token })
    }

    /// Replies go to the host of the deployment that has proved who the client is, and nowhere that agents may not call.
    async fn judge_task_url(&self, client: &ClientName, url: &str) -> Result<()> {
        let field = "client_tasks_url";
        let issuer = client.deployment.as_deref().unwrap_or_default();
        if url.len() > URL_BYTES || !is_at(url, issuer) {
            return Err(wrong(field, "must be an address on the host of the proof's issuer"));
        }
        // Why it is refused would tell whoever asks about addresses within the network.
        self.egress.check(url).await.map(drop).map_err(|_| wrong(field, "must be an address that this deployment may call"))
    }

    /// Sends a reply to a client of another deployment, with the token that the client was told last.
    pub(super) async fn send_reply(&self, connection: &Connection, reply: &ReplyIn) -> Result<()> {
        let Some(url) = &connection.task_url else { return Err(not_connected()) };
        let token = self.connection_token(connection.id(), connection.given).await?;
        let entry = connection.ends.entry;
        let mut body = json!({
            "id": reply.id, "type": reply.task_type, "payload": reply.payload.value(), "status": "pending",
            "target_stage_id": entry, "locked": null, "completed": null, "reply_to": reply.answers,
            "created": {"at": Time::now(), "by_execution_id": null, "by_stage_id": entry},
        });
        if let Some(error) = &reply.error {
            body["error"] = json!(error);
        }
        let headers = vec![(KEY, reply.id.clone()), (HOPS, reply.hop.to_string())];
        let post =
            Post { headers, secret_at: &["payload", "connection_token"], ..Post::new(Method::POST, url, &token, Some(body)) };
        self.post(post).await.map(drop)
    }
}

fn is_for_others(entry: &EntryPoint) -> bool {
    entry.published.access != Access::AllowList || entry.published.allow.iter().any(|client| client.deployment.is_some())
}

/// Whether an address has the scheme, the host and the port of a deployment.
fn is_at(url: &str, deployment: &str) -> bool {
    let place = |text: &str| {
        let uri: Uri = text.parse().ok()?;
        let (scheme, authority) = (uri.scheme_str()?.to_ascii_lowercase(), uri.authority()?);
        let default = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let is_plain = !authority.as_str().contains('@') && !text.contains(['#', '\\']);
        is_plain.then(|| (scheme, authority.host().to_ascii_lowercase(), authority.port_u16().unwrap_or(default)))
    };
    place(url).is_some_and(|at| place(deployment) == Some(at))
}

fn wrong(field: &'static str, what: &str) -> Error {
    let error = Error::new(Kind::Unprocessable, "invalid_field", format!("`{field}` {what}."), "Correct this field.");
    error.with_meta(json!({"field": field}))
}

#[cfg(test)]
mod tests {
    use super::is_at;

    #[test]
    fn replies_go_to_the_host_of_the_issuer_alone() {
        for (url, issuer) in [
            ("https://a.example/_tasks/client", "https://a.example"),
            ("https://A.example:443/x?y", "https://a.example/base"),
            ("http://127.0.0.1:8080/p/x/_tasks/client", "http://127.0.0.1:8080"),
        ] {
            assert!(is_at(url, issuer), "{url}");
        }
        for url in [
            "https://b.example/_tasks/client",
            "http://a.example/_tasks/client",
            "https://a.example:8443/",
            "https://a.example@b.example/",
            "https://u@a.example/",
            "https://b.example#a.example",
            "https://b.example\\@a.example/",
            "https://a.example.b.example/",
            "//a.example/",
            "/client",
            "",
        ] {
            assert!(!is_at(url, "https://a.example"), "{url}");
        }
        assert!(!is_at("", ""));
    }
}
