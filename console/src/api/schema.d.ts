// Made by `npm run types` of the API's document. Do not edit.
export interface paths {
    "/.well-known/agent-card.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows the agent card of the key's own project (A2A); without keys, of the default project.
         * @description Needs no key for what is open to everybody; a key of the project shows the rest.
         */
        get: operations["agent_card_own"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows the keys by which other deployments check the proofs of this one. */
        get: operations["jwks_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the agents and workflows that had runs, by name.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["admin_agents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/agents/{name}/instances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the instances of an agent that had runs, by id.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["admin_instances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/agents/{name}/instances/{id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the runs of an instance, newest first.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["admin_runs_of_instance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the runs of all agents, newest first.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["admin_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a run, as `/runs/{run_id}` does.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["admin_run"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the agents that can be asked.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["listing_agents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{name}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Opens a WebSocket to an instance of an agent. Each message is a body of the POST here, and is answered by one frame.
         * @description Needs a key with the role ingest, editor or owner.
         */
        get: operations["socket_agent"];
        put?: never;
        /**
         * Asks an instance of an agent, or calls a workflow by its name, and waits for the answer.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["prompts_ask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/agents/{name}/{id}/dispatch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives an instance of an agent something to do in its turn.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["dispatch_take"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agentProxy/sendResult": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes in the result of an external agent. 202 if it came before its acknowledgement. */
        post: operations["agent_protocol_collect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks an agent of the project, over the protocol of external agents.
         * @description Needs a project's key with the role ingest, editor or owner: the project is the key's.
         */
        post: operations["agent_protocol_execute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/catalog": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the entry points that workflows publish and the caller may use, by title.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["catalogue_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the projects that the key opens.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["projects_list"];
        put?: never;
        /**
         * Makes a project.
         * @description Needs the root key.
         */
        post: operations["projects_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a project.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["projects_show"];
        put?: never;
        post?: never;
        /**
         * Deletes a project with all that it has.
         * @description Needs a key with the role owner.
         */
        delete: operations["projects_delete"];
        options?: never;
        head?: never;
        /**
         * Names a project anew.
         * @description Needs a key with the role editor or owner.
         */
        patch: operations["projects_rename"];
        trace?: never;
    };
    "/api/v1/projects/{project}/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the persistent agents, without their texts.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["definitions_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a persistent agent, with its last version.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["definitions_show"];
        /**
         * Saves a persistent agent as a new version; one with errors too.
         * @description Needs a key with the role editor or owner.
         */
        put: operations["definitions_save"];
        post?: never;
        /**
         * Deletes a persistent agent. Its sessions stay.
         * @description Needs a key with the role editor or owner.
         */
        delete: operations["definitions_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says what is wrong with a text, and saves nothing.
         * @description Needs a key with the role viewer, editor or owner.
         */
        post: operations["definitions_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/instances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the instances of a persistent agent that have sessions, by id.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["instances_instances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/instances/{instance}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the sessions of an instance, each page newest first. A page may have fewer than asked for although the list goes on.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["instances_sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/instances/{instance}/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a session of a persistent agent.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["sessions_show"];
        put?: never;
        post?: never;
        /**
         * Deletes a session with all that was said in it.
         * @description Needs a key with the role editor or owner.
         */
        delete: operations["sessions_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/instances/{instance}/sessions/{session}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tells what happens, in numbered events; as a stream, for ever.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["sessions_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/instances/{instance}/sessions/{session}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the files of a session, by their paths.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["session_files_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/instances/{instance}/sessions/{session}/files/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a file of a session. In its path, each `/` is written as `%2F`.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["session_files_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/instances/{instance}/sessions/{session}/fork": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Copies the conversation so far, and the files, into a new session.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["session_fork_fork"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/instances/{instance}/sessions/{session}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists what was said, oldest first.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["sessions_messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/instances/{instance}/sessions/{session}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists what runs and what waits, in order.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["sessions_operations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/instances/{instance}/sessions/{session}/operations/{operation}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes back what waits, or ends what runs.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["sessions_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/instances/{instance}/sessions/{session}/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Says what all answers of models in the session took and cost.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["sessions_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the versions, newest first, without their texts.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["definitions_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a version.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["definitions_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/agents/{agent}/versions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Saves a new version with an old text.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["definitions_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/api_keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the project's keys, without their secrets.
         * @description Needs a key with the role owner.
         */
        get: operations["api_keys_list"];
        put?: never;
        /**
         * Makes a key. It is shown this once.
         * @description Needs a key with the role owner.
         */
        post: operations["api_keys_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/api_keys/{api_key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revokes a key.
         * @description Needs a key with the role owner.
         */
        delete: operations["api_keys_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists connections of the project.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["connections_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/connections/{connection}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets a connection bring tasks.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["connections_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/connections/{connection}/refuse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refuses a connection that waits.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["connections_refuse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/connections/{connection}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes a connection back.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["connections_revoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/connections/{connection}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives a connection another secret; the one before stays good for an hour.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["connections_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the project's credentials, without their values.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["credentials_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/credentials/{credential}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Sets a credential. Its value is never given back.
         * @description Needs a key with the role owner.
         */
        put: operations["credentials_put"];
        post?: never;
        /**
         * Forgets a credential.
         * @description Needs a key with the role owner.
         */
        delete: operations["credentials_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists what failed for good in all workflows of the project, newest first.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["failures_list_of_project"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/lists": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the lists.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["record_lists_list"];
        put?: never;
        /**
         * Makes a list.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["record_lists_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/lists/{list}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a list; `GET .../records?list=` has its records.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["record_lists_show"];
        /**
         * Changes a list. Records at a stage that is taken out stay there until they are moved.
         * @description Needs a key with the role editor or owner.
         */
        put: operations["record_lists_put"];
        post?: never;
        /**
         * Deletes a list. Its records stay.
         * @description Needs a key with the role editor or owner.
         */
        delete: operations["record_lists_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/lists/{list}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Puts up to 500 records into a list; one that is in the list moves. If one of them is not good, none is put there.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["record_lists_add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/lists/{list}/entries/{kind}/{record}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Takes a record out of a list. The record stays.
         * @description Needs a key with the role editor or owner.
         */
        delete: operations["record_lists_remove"];
        options?: never;
        head?: never;
        /**
         * Moves a record to another stage of a list.
         * @description Needs a key with the role editor or owner.
         */
        patch: operations["record_lists_change"];
        trace?: never;
    };
    "/api/v1/projects/{project}/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Counts what somebody should look at: failures that were not replayed, and what waits for an answer. Counts go to 100; `at_least` names those that may be higher.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["overview_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists records, by kind and id.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["records_list"];
        put?: never;
        /**
         * Writes up to 500 records. Attributes that are given are set, `null` removes one, others stay. If one of the records is not good, none is written.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["records_write"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/records/{kind}/{record}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a record.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["records_show"];
        /**
         * Writes a record: it then has these attributes and no others.
         * @description Needs a key with the role editor or owner.
         */
        put: operations["records_put"];
        post?: never;
        /**
         * Deletes a record. It leaves its segments and lists.
         * @description Needs a key with the role editor or owner.
         */
        delete: operations["records_delete"];
        options?: never;
        head?: never;
        /**
         * Changes a record: attributes that are given are set, `null` removes one, others stay.
         * @description Needs a key with the role editor or owner.
         */
        patch: operations["records_patch"];
        trace?: never;
    };
    "/api/v1/projects/{project}/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the requests to external agents and the questions to persons of all workflows of the project, newest first.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["requests_list_of_project"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the runs of all workflows of the project, newest first.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["run_list_list_of_project"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/schedules/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says in words what a schedule is, and when it is due next. 422 `schedule_invalid` when a save would refuse it.
         * @description Needs a key with the role viewer, editor or owner.
         */
        post: operations["previews_schedule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/segments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists segments.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["segments_list"];
        put?: never;
        /**
         * Makes a segment. Records that are there are looked through in the background; what is written from now on is in it at once.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["segments_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/segments/{segment}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a segment, and how far it is filled.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["segments_show"];
        /**
         * Changes a segment. One with another condition is filled anew.
         * @description Needs a key with the role editor or owner.
         */
        put: operations["segments_put"];
        post?: never;
        /**
         * Deletes a segment. Its records stay.
         * @description Needs a key with the role editor or owner.
         */
        delete: operations["segments_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the tasks that the project has sent over the connections of its entry points in the last 30 days, newest first: replies, and what programs sent. Tasks of its stages are in their runs. A task for more than a hundred connections is in the list a moment after it was sent.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["tasks_list"];
        put?: never;
        /**
         * Sends a task to stages that use the project's entry points, one over each connection. Once it is answered, each task will be delivered, or end as failed.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["tasks_send"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/templates/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Renders a template for a payload, and says what was passed over in it. 422 `template_error` when it cannot be read or rendered: `meta` has its `path` and `line`.
         * @description Needs a key with the role viewer, editor or owner.
         */
        post: operations["previews_template"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the workflows, without their options.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["workflows_list"];
        put?: never;
        /**
         * Makes a workflow; one with errors too.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["workflows_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/agent_types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the agent types, triggers first.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["agent_types_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/agent_types/{agent_type}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows an agent type.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["agent_types_show_one"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says what is wrong with a canvas. Nothing is saved.
         * @description Needs a key with the role viewer, editor or owner.
         */
        post: operations["workflows_check_canvas"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/dry_run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says what the agent of a cell would do that is not saved. Nothing is committed. 422 `cell_invalid` when no agent can be made of it: `meta.errors` names the fields.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["try_cell_dry_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Gives the last versions of all workflows as files. A page has at most 3 MB and one file more.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["transfer_export_all"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a workflow of such a file, of one of JointJS, or of a scenario of Huginn.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["transfer_import"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/ready_cells": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists cells that are ready to use: persistent agents of the project, then entry points.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["ready_cells_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Builds the last versions of many workflows and lets them run. One that has errors stays as it is, and the others start.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["bulk_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets the triggers and schedules of many workflows rest.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["bulk_stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a workflow.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["workflows_show"];
        /**
         * Saves a workflow as a new version; one with errors too.
         * @description Needs a key with the role editor or owner.
         */
        put: operations["workflows_save"];
        post?: never;
        /**
         * Deletes a workflow with all that it has.
         * @description Needs a key with the role editor or owner.
         */
        delete: operations["workflows_delete"];
        options?: never;
        head?: never;
        /**
         * Sets what a workflow is for, and its tags. It makes no version.
         * @description Needs a key with the role editor or owner.
         */
        patch: operations["about_change"];
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the agents of the last built version.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["agents_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows an agent, with its memory and its latest logs.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["agents_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Checks an agent of the last built version now, whatever its schedule.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["agents_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}/disable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets an agent of the last built version rest, in a new version: it receives and emits nothing, and keeps what it has.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["agent_switch_disable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}/dry_run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says what an agent of the last built version would do. Nothing is committed.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["agents_dry_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}/enable": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets an agent of the last built version work again, in a new version, which a started workflow runs at once.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["agent_switch_enable"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Puts an event in at a trigger, as if that had emitted it. Once it is answered, the event is safe.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["events_accept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists an agent's logs, newest first.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["agents_logs"];
        put?: never;
        post?: never;
        /**
         * Removes what an agent has logged, up to 10,000 entries.
         * @description Needs a key with the role editor or owner.
         */
        delete: operations["agents_clear_logs"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/agents/{cell}/memory": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Makes an agent forget all that it remembers.
         * @description Needs a key with the role editor or owner.
         */
        delete: operations["agents_clear_memory"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/build": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes the agents of the last version.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["workflows_build"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tells what came into the list of events since a cursor, oldest first, and which version runs. Ask again with `meta.next_cursor`, also when nothing came: at once while `truncated`, else after some seconds. An event is told when it is listed, which may be later than newer ones; it may be told twice, though seldom.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["changes_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says what keeps the last version from being built.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["workflows_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/clone": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a workflow that is a copy of the last version. It has agents of its own, with addresses of their own and nothing remembered, and is not started.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["bulk_copy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the events, newest first; those of one run only where one page has them all. An event from outside is in the list when its first delivery has begun, which may be later than that of a newer one; by its id, it is there at once.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["events_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/events/{event}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows an event.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["events_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/events/{event}/emit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a new event like this one, or with another payload, in a run of its own. Its `cause.event` is this one.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["emit_again"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Gives the last version as a file.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["transfer_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists what failed for good, newest first.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["failures_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/failures/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tries again all that failed and was not replayed yet, each in the version of its run; checks in the last built one. With `{"version": "newest"}`, events are given to their agents in the last built version; those stay whose agents it does not have.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["failures_replay_all"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/failures/{failure}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tries again what failed, in the version of its run; a check in the last built one. With `{"version": "newest"}`, the event is given to the agent in the last built version, in a run of its own. What failed again is tried once more. 409 when nothing is left to try again, and while an earlier replay is under way.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["failures_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists what agents of each version counted in each hour, newest first, and about what that cost. A crash may lose the counts of its last second; the events themselves are never lost.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["metrics_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the requests to external agents and the questions to persons, newest first.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["requests_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/requests/{request}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a request to an external agent with its result, or a question to a person with its answer.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["requests_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/requests/{request}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answers a question to a person with yes.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["requests_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/requests/{request}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancels an outstanding request: no result is taken any more, and its delivery ends.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["requests_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/requests/{request}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Answers a question to a person with no.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["requests_reject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/requests/{request}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Makes a request that is over again, as a new one.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["requests_retry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the runs, newest first. A run is in the list when its first delivery has begun; by its id, it is there at once.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["run_list_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/runs/{run}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a run as a tree: its events, their deliveries with outcome and timings, and the events that came of them.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["runs_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Builds the last version and lets it run.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["workflows_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets triggers and schedules rest.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["workflows_stop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/tasks/{task}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends the wait for the reply to a task that a stage of the workflow has sent: the `task` of a delivery, in the run. The delivery ends; a reply that comes later is an event of its own.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["tasks_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the versions, newest first, without their options.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["versions_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a version.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["versions_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project}/workflows/{workflow}/versions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Saves a new version with the options of an old one.
         * @description Needs a key with the role editor or owner.
         */
        post: operations["versions_restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows whether a key is needed, and who is signed in. */
        get: operations["sign_in_show"];
        put?: never;
        /** Signs in: a key becomes a cookie, which is good for 12 hours at most. */
        post: operations["sign_in_create"];
        /** Signs out: removes the cookie. */
        delete: operations["sign_in_delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/approvals/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows a question to a person, as a page. Decides nothing. */
        get: operations["approvals_show"];
        put?: never;
        /** Answers a question to a person, by the page's form. */
        post: operations["approvals_answer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/feeds/{token}.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows what an agent published. */
        get: operations["feeds_show_json"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/feeds/{token}.xml": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows what an agent published, as RSS 2.0. */
        get: operations["feeds_show_xml"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says that the service answers. */
        get: operations["openapi_health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/hooks/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a request of any method as an event; the agent's options say which, and what is answered. */
        post: operations["hooks_receive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows this document. */
        get: operations["openapi_document"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/a2a": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes a call of A2A (JSON-RPC) to the project as one agent, whose skills are the entry points that it publishes.
         * @description Needs a key of the project, whatever its role.
         */
        post: operations["a2a_project"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/a2a/.well-known/agent-card.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows the agent card of the project (A2A).
         * @description Needs no key for what is open to everybody; a key of the project shows the rest.
         */
        get: operations["agent_card_project"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/a2a/{entry_point}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes a call of A2A (JSON-RPC) to an entry point as an agent.
         * @description Needs a key of the project, whatever its role.
         */
        post: operations["a2a_entry_point"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/a2a/{entry_point}/.well-known/agent-card.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows the agent card of an entry point (A2A).
         * @description Needs no key for what is open to everybody; a key of the project shows the rest.
         */
        get: operations["agent_card_entry_point"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/admin/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the agents and workflows that had runs, by name.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["admin_agents_in"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/admin/agents/{name}/instances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the instances of an agent that had runs, by id.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["admin_instances_in"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/admin/agents/{name}/instances/{id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the runs of an instance, newest first.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["admin_runs_of_instance_in"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/admin/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the runs of all agents, newest first.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["admin_runs_in"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/admin/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a run, as `/runs/{run_id}` does.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["admin_run_in"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists the agents that can be asked.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["listing_agents_in"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/agents/{name}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Opens a WebSocket to an instance of an agent. Each message is a body of the POST here, and is answered by one frame.
         * @description Needs a key with the role ingest, editor or owner.
         */
        get: operations["socket_agent_in"];
        put?: never;
        /**
         * Asks an instance of an agent, or calls a workflow by its name, and waits for the answer.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["prompts_ask_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/agents/{name}/{id}/dispatch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives an instance of an agent something to do in its turn.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["dispatch_take_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/api/agentProxy/sendResult": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes in the result of an external agent. 202 if it came before its acknowledgement. */
        post: operations["agent_protocol_collect_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/api/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks an agent of the project, over the protocol of external agents.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["agent_protocol_execute_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/mcp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes a message of MCP (streamable HTTP, stateless): the project's tools for models, as far as the key's role goes.
         * @description Needs a key of the project, whatever its role.
         */
        post: operations["mcp_serve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/prompt/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks the default agent, and waits for its answer.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["prompts_ask_default_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/prompt/{session}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks the default agent; the answer comes while it is made.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["prompts_stream_default_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a run of an agent, or of a workflow that was called by its name.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["named_runs_show_in"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/runs/{run_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tells what has happened in a run, in numbered events.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["run_events_events_in"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/runs/{run_id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tells what happens in a run, until its end.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["run_events_stream_in"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/sessions/{session_id}/abort": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends what a session works on: the session is named as in the `start` frame of its stream.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["abort_session_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/p/{project}/workflows/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Opens a WebSocket to a workflow. The first message is a body of the POST here: what happens comes in frames, and then the end.
         * @description Needs a key with the role ingest, editor or owner.
         */
        get: operations["socket_workflow_in"];
        put?: never;
        /**
         * Calls the workflow that has this name and runs.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["workflows_call_in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/pages/{token}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Shows the page of an agent, with the media type that its options say. */
        get: operations["pages_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prompt/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks the default agent, and waits for its answer.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["prompts_ask_default"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/prompt/{session}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks the default agent; the answer comes while it is made.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["prompts_stream_default"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shows a run of an agent, or of a workflow that was called by its name.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["named_runs_show"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tells what has happened in a run, in numbered events.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["run_events_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runs/{run_id}/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tells what happens in a run, until its end.
         * @description Needs a key with the role viewer, editor or owner.
         */
        get: operations["run_events_stream"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sessions/{session_id}/abort": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ends what a session works on: the session is named as in the `start` frame of its stream.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["abort_session"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/workflows/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Opens a WebSocket to a workflow. The first message is a body of the POST here: what happens comes in frames, and then the end.
         * @description Needs a key with the role ingest, editor or owner.
         */
        get: operations["socket_workflow"];
        put?: never;
        /**
         * Calls the workflow that has this name and runs.
         * @description Needs a key with the role ingest, editor or owner.
         */
        post: operations["workflows_call"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description What people say of a workflow. */
        AboutChange: {
            /** @description What the workflow is for: up to 2,000 characters. Without it, the description stays. */
            description?: string;
            /** @description Its tags: up to 20, each of 1 to 50 characters. Without them, the tags stay. */
            tags?: string[];
        };
        /** @description The answer to an accepted event. */
        AcceptedEvent: {
            /** @description The event. */
            event_id: string;
            /** @description The event's run. */
            run_id: string;
        };
        /** @description The answer to accepted events: one, or a list for a batch. */
        AcceptedEvents: components["schemas"]["AcceptedEvent"] | components["schemas"]["AcceptedEvent"][];
        /** @description A task that was taken. */
        AcceptedTask: {
            /** @description Its id. */
            id: string;
            /** @description The connection that it goes over. */
            connection_token: string;
            /** @description What became of it. */
            state: components["schemas"]["TaskState"];
        };
        /** @description Who may use an entry point. */
        Access: "open" | "approval" | "allow_list";
        /** @description The answer to a request that was accepted. */
        Acknowledged: {
            /** @description The request's id: the outcome has it, too. */
            requestId: string;
        };
        /** @description An agent. */
        Agent: {
            /** @description The agent's cell. */
            cell_id: string;
            /** @description The name of the agent's type. */
            agent_type: string;
            /** @description What the agent is on the canvas. */
            kind?: components["schemas"]["Kind"] | null;
            /** @description What people call the agent. */
            name: string;
            /** @description The state of the agent's workflow. */
            state: components["schemas"]["State"];
            /** @description Whether the agent is disabled in that version: it receives and emits nothing. */
            disabled: boolean;
            /**
             * Format: uint64
             * @description The version in which this incarnation of the agent began.
             */
            incarnation: number;
            /** @description The groups of the agent's events. */
            groups: string[];
            /** @description The options of the agent's type. */
            config: {
                [key: string]: unknown;
            };
            /** @description What was counted in the last 24 hours. */
            counts: components["schemas"]["Counts"];
            /**
             * Format: date-time
             * @description When the agent last emitted an event, within the last 31 days.
             */
            last_event_at: string | null;
            /**
             * Format: date-time
             * @description When the agent last received an event, within the last 31 days.
             */
            last_received_at: string | null;
            /**
             * Format: date-time
             * @description When the agent was last checked, within the last 31 days.
             */
            last_check_at: string | null;
            /**
             * Format: date-time
             * @description When the agent last failed, within the last 31 days.
             */
            last_error_at: string | null;
            /** @description Whether the agent does what its options expect of it; nothing where they expect nothing, or while it rests. */
            working?: components["schemas"]["Working"] | null;
            /** @description When the agent is checked. */
            schedule?: components["schemas"]["Schedule"] | null;
            /**
             * @description The address of the hook. Whoever has it can post events, so only keys that may post events anyway are shown it: those from
             *     `editor` on.
             */
            hook_url?: string | null;
            /** @description The address of the feed: with `.json` or `.xml` added; JSON without. */
            feed_url?: string | null;
            /** @description The address of the page. */
            page_url?: string | null;
            /** @description The external agent that the agent asks. Not shown in lists. */
            external?: components["schemas"]["ExternalAgent"] | null;
            /** @description What the agent remembers; an object with its first 50 scopes, where it has many memories. Not shown in lists. */
            memory?: unknown;
            /** @description The agent's latest logs. Not shown in lists. */
            logs?: components["schemas"]["LogEntry"][] | null;
        };
        /** @description An agent's cell, as a canvas has it. */
        AgentCell: {
            /** @description The cell's id. Give it another one if the canvas has it already. */
            id: string;
            /** @description What kind of cell it is: `agent`. */
            type: string;
            /** @description The agent's type. */
            agent_type: string;
            /** @description What people call the agent. */
            name: string;
            /** @description The options of its type. */
            config: {
                [key: string]: unknown;
            };
        };
        /** @description An instance of a persistent agent. */
        AgentInstance: {
            /** @description The agent. */
            agent: string;
            /** @description The instance's id. */
            instance: string;
        };
        /** @description A request to an external agent, or a question to a person. */
        AgentRequest: {
            /** @description The request's id. */
            id: string;
            /** @description The run. */
            run_id: string;
            /** @description The event that the request was made for. */
            event_id: string;
            /** @description The agent that made the request. */
            cell_id: string;
            /** @description What has become of the request. */
            state: components["schemas"]["RequestState"];
            /** @description What a person is asked, if it is a question to one. */
            question?: string | null;
            /** @description What the person should know to answer. Not shown in lists. */
            details?: string | null;
            /** @description The external agent's base URL, if it is a request to one. */
            endpoint?: string | null;
            /** @description How the external agent's result proves its sender. */
            callback_auth?: components["schemas"]["CallbackAuth"] | null;
            /** @description The ids by which the callee acknowledged the request: several when the call was repeated. */
            request_ids: string[];
            /**
             * Format: uint32
             * @description How often the request was sent.
             */
            attempts: number;
            /**
             * Format: date-time
             * @description When the request was first sent.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the request was first acknowledged.
             */
            acknowledged_at: string | null;
            /**
             * Format: date-time
             * @description When the request was answered, expired, failed or was cancelled.
             */
            ended_at: string | null;
            /**
             * Format: date-time
             * @description Until when a result is accepted.
             */
            deadline: string;
            /**
             * Format: date-time
             * @description When a result came too late.
             */
            late_result_at?: string | null;
            /**
             * @description The result, as it was posted, without the credentials of the call; or what a person decided: `{"approved", "by", "comment", "at"}`. Not
             *     shown in lists.
             */
            result?: unknown;
            /** @description Why the call failed. */
            error?: components["schemas"]["Failure"] | null;
        };
        /** @description An agent type of the catalogue. */
        AgentType: {
            /** @description The type's name in a cell's `agent_type`. */
            type: string;
            /** @description What an agent of this type is on the canvas. */
            kind: components["schemas"]["Kind"];
            /** @description The type's name for people. */
            title: string;
            /** @description What the type does, in Markdown. */
            description: string;
            /** @description The groups of the events of its agents. */
            groups: string[];
            /** @description Whether its agents control others: those that their control links lead to. */
            controls?: boolean;
            /**
             * @description The JSON Schema (2020-12) of a cell's `config`. In it, `x-rookery` says what an option is for beyond its type: `template` (a text that is
             *     one), `templates` (JSON in which all texts are), `values` (JSON that is taken as it is), `path`, `credential`, `persistent_agent` (names),
             *     `schedule`, `condition`, `shares`, `seconds`, `json_schema`, `script`, `segment`, `list`, `stage` or `workflow`. What names one of these four also has
             *     `x-choices`: those of this project, as `[{"value", "title"}]`.
             */
            config_schema: unknown;
            /** @description The defaults of options that are left out. */
            defaults: unknown;
            /** @description Examples. */
            examples: components["schemas"]["Example"][];
        };
        /** @description A version in full. */
        AgentVersion: {
            /**
             * Format: uint64
             * @description The version's number, from 1.
             */
            version: number;
            /**
             * Format: date-time
             * @description When the version was saved.
             */
            created_at: string;
            /**
             * Format: uint64
             * @description How many errors were found when the version was saved.
             */
            error_count: number;
            /**
             * Format: uint64
             * @description The version that this one is a copy of.
             */
            restored_from?: number | null;
            /** @description The agent's text: front matter, then instructions. */
            text: string;
            /** @description Profiles. Those that the agent does not use are not kept. */
            profiles?: {
                [key: string]: string;
            };
        };
        /** @description All active connections. */
        All: "all";
        /** @description A key as it is listed: without its secret. */
        ApiKey: {
            /** @description The key's id. */
            id: string;
            /** @description The project that it opens. */
            project_id: string;
            /** @description What people call the key. */
            name: string;
            /** @description What the key may do. */
            role: components["schemas"]["Role"];
            /**
             * Format: date-time
             * @description When the key was made.
             */
            created_at: string;
        };
        /** @description The arguments of a tool call, as the model wrote them. */
        Args: {
            /**
             * @description Valid JSON, as it came: the digits of its numbers, the order of its keys, its escapes. It has at most 256 KB and 64 levels,
             *     and is cheap to clone.
             */
            json: unknown;
        } | {
            malformed: string;
        };
        /** @description How whoever posts a result proves that it is the sender. */
        CallbackAuth: "callback_token" | "signature" | "request_id";
        /** @description What became of it. */
        CancelledOperation: {
            /** @description The run. */
            run_id: string;
            /** @description `cancelled` for what waited, `aborted` for what ran. */
            state: string;
        };
        /** @description A task whose reply is not waited for any more. */
        CancelledTask: {
            /** @description Its id. */
            id: string;
            /** @description The run that sent it. */
            run_id: string;
            /**
             * Format: date-time
             * @description When the wait ended.
             */
            ended_at: string | null;
        };
        /** @description A canvas that is judged. */
        Canvas: {
            /** @description The canvas: `{"cells": [...]}`. */
            options: {
                [key: string]: unknown;
            };
        };
        /** @description Why an event exists. */
        Cause: {
            /** @description The event that led to the new one. */
            event: string;
            /** @description The delivery that emitted the new event; none for a copy that a person made. */
            delivery?: string | null;
            /** @description The one agent that a copy goes to, because it failed on the event before; none for all that links lead to. */
            receiver?: string | null;
        };
        /** @description An event that came. Its payload is shown by its id. */
        Change: {
            /** @description The event's id. */
            id: string;
            /** @description The event's run. */
            run_id: string;
            /** @description The agent that emitted the event. */
            cell_id: string;
            /** @description The groups that links choose by. */
            groups: string[];
            /**
             * Format: date-time
             * @description When the event was committed.
             */
            created_at: string;
            /**
             * Format: uint16
             * @description How many deliveries lie between the beginning of the run and the event.
             */
            hop: number;
            /** @description What the event came of; none for the first event of a run. */
            cause?: components["schemas"]["ChangeCause"] | null;
        };
        /** @description What an event came of. */
        ChangeCause: {
            /** @description The event that led to the new one. */
            event_id: string;
            /** @description The agent that emitted that event; null where it is not known without a search. */
            cell_id: string | null;
            /** @description The links by which that event came to the agent that emitted the new one; none where that is not known, and for a copy that a person made. */
            links?: string[];
        };
        /** @description What changed in a workflow. */
        Changes: {
            /** @description The events that came, oldest first. */
            events: components["schemas"]["Change"][];
            /**
             * Format: uint64
             * @description The last saved version.
             */
            version: number;
            /**
             * Format: uint64
             * @description The last built version, which new runs are pinned to; 0 before the first build.
             */
            built_version: number;
            /** @description Whether the workflow runs. */
            state: components["schemas"]["State"];
            /** @description There is more already: ask again at once. */
            truncated: boolean;
        };
        /** @description What is wrong with a canvas. */
        Checked: {
            /** @description `ok`: the request was done. The canvas may have problems all the same. */
            status: string;
            meta: components["schemas"]["SaveResult"];
        };
        /** @description The workflows that are started or stopped: either these, or those with a tag. */
        Chosen: {
            /** @description The ids of 1 to 100 workflows. */
            workflows?: string[];
            /** @description The tag of the workflows, which are 100 at most. */
            tag?: string;
        };
        /** @description What became of logs that were to be removed. */
        Cleared: {
            /** @description Whether entries are left: then send the request again. */
            more: boolean;
        };
        /** @description What joins a stage of a client and an entry point of a provider. */
        Connection: {
            /** @description Its id. */
            id: string;
            /** @description The project's part in it: `agent` provides the entry point, `client` uses it. */
            role: string;
            /** @description `pending` until the provider accepts it, `active`, `refused` (also if the entry point is not for the client any more) or `revoked`. */
            state: components["schemas"]["ConnectionState"];
            /** @description What tasks that came over it have in `connection_token`: its public name, which is no secret. */
            connection_token: string;
            /** @description The client's deployment; null for this one. */
            client_deployment: string | null;
            /** @description The client. */
            client_project_id: string;
            /** @description What the client calls its stage. */
            client_stage_id: string;
            /** @description Where replies go; null where the deployment does not know its own address. */
            client_task_url: string | null;
            /** @description The provider. */
            agent_project_id: string;
            /** @description The entry point. */
            agent_stage_id: string;
            /** @description What people call the entry point; null for one of another deployment. */
            title: string | null;
            /** @description Where the provider takes tasks, if it is of another deployment. */
            agent_tasks_url: string | null;
            /**
             * Format: date-time
             * @description When the stage was connected.
             */
            created_at: string;
            /** @description The version of the entry point that was there when the stage was connected, if it is taken for some time only. */
            deprecated: components["schemas"]["DeprecatedUse"] | null;
        };
        /** @description How it stands with a connection. */
        ConnectionState: "pending" | "active" | "refused" | "revoked";
        /** @description The name of a copy. */
        CopyName: {
            /** @description What people call the copy: 1 to 200 characters. Without it, the name of the workflow and ` (copy)`. */
            name?: string;
        };
        /** @description What the tokens cost, in US dollars. */
        Cost: {
            /**
             * Format: double
             * @description For [`Usage::input`].
             */
            input: number;
            /**
             * Format: double
             * @description For [`Usage::output`].
             */
            output: number;
            /**
             * Format: double
             * @description For [`Usage::cache_read`].
             */
            cache_read: number;
            /**
             * Format: double
             * @description For [`Usage::cache_write`].
             */
            cache_write: number;
            /**
             * Format: double
             * @description For all.
             */
            total: number;
        };
        /** @description What is counted for an agent. */
        Counts: {
            /**
             * Format: uint64
             * @description Deliveries that it handled.
             */
            received: number;
            /**
             * Format: uint64
             * @description Events that it emitted.
             */
            emitted: number;
            /**
             * Format: uint64
             * @description Deliveries, checks and timers that failed for good.
             */
            errors: number;
            /**
             * Format: uint64
             * @description Checks that it ran.
             */
            checks: number;
            /**
             * Format: uint64
             * @description Of the deliveries, those that were handled and stored together with the event that they began with.
             */
            chained: number;
            /**
             * Format: uint64
             * @description Of its events, those that came in from outside.
             */
            accepted: number;
            /**
             * Format: uint64
             * @description How long its deliveries, checks and timers took together, in milliseconds: the last attempt of each.
             */
            took_ms: number;
            /** @description How many of them took up to so many milliseconds, and more than the number before; `more` is more than all numbers. */
            took_up_to: {
                [key: string]: number;
            };
            /**
             * @description Its events by group. An event with several groups counts for each; groups that no link of its version names and that its type does not
             *     have are left out. So a link with a group led as many events as its source emitted in it, and a link without one all of them.
             */
            emitted_by_group: {
                [key: string]: number;
            };
            /** @description Its failures by code. */
            errors_by_code: {
                [key: string]: number;
            };
        };
        /** @description A secret. */
        Credential: {
            /** @description The name that templates use. */
            name: string;
            /** @description The hosts that the secret may be sent to: `api.example.com`, `*.example.com`. */
            hosts: string[];
            /**
             * Format: date-time
             * @description When the credential was last set.
             */
            updated_at: string;
        };
        /** @description A credential that was forgotten. */
        CredentialForgotten: {
            /** @description Its name. */
            name: string;
            /** @description What to know of it: hooks of active workflows can verify no request without it. */
            warning?: string | null;
        };
        /** @description A credential as it is sent. */
        CredentialInput: {
            /**
             * @description The secret: 1 to 16,384 bytes. If a hook of an active workflow is verified by this credential, the secret must have the
             *     form that the hook's sender uses. A secret of fewer than 6 bytes is not taken out of what its hosts answer: then the answer
             *     has a `warning`.
             */
            value: string;
            /**
             * @description The hosts that the secret may be sent to, like `api.example.com`, `*.example.com` or `api.example.com:8443`. None for a
             *     secret that is never sent, like that of a hook's signature.
             * @default []
             */
            hosts: string[];
        };
        /** @description A credential that was set. */
        CredentialSet: {
            /** @description The name that templates use. */
            name: string;
            /** @description The hosts that the secret may be sent to: `api.example.com`, `*.example.com`. */
            hosts: string[];
            /**
             * Format: date-time
             * @description When the credential was last set.
             */
            updated_at: string;
            /** @description What to know of it: its value is so short that it is not taken out of what its hosts answer. */
            warning?: string | null;
        };
        /** @description A change of a persistent agent. */
        DefinitionChange: {
            /** @description Front matter between lines of `---`, then the instructions. */
            text: string;
            /**
             * @description The profiles that it uses, by name.
             * @default {}
             */
            profiles: {
                [key: string]: string;
            };
            /**
             * Format: uint32
             * @description The version that the change is based on. If it is not the last version, nothing is saved (409).
             */
            version?: number;
        };
        /** @description Who wrote a definition. */
        DefinitionSource: "api" | "file";
        /** @description The texts of a persistent agent. */
        DefinitionText: {
            /** @description Front matter between lines of `---`, then the instructions. */
            text: string;
            /**
             * @description The profiles that it uses, by name.
             * @default {}
             */
            profiles: {
                [key: string]: string;
            };
        };
        /** @description A version, without its text. */
        DefinitionVersion: {
            /**
             * Format: uint64
             * @description The version's number, from 1.
             */
            version: number;
            /**
             * Format: date-time
             * @description When the version was saved.
             */
            created_at: string;
            /**
             * Format: uint64
             * @description How many errors were found when the version was saved.
             */
            error_count: number;
            /**
             * Format: uint64
             * @description The version that this one is a copy of.
             */
            restored_from?: number | null;
        };
        /** @description A version of an entry point that is over soon, as those who use it are told. */
        DeprecatedUse: {
            /**
             * Format: uint64
             * @description Its number.
             */
            version: number;
            /**
             * Format: date-time
             * @description Until when what fits it is taken.
             */
            until: string;
            /** @description What breaks then. */
            breaks: string[];
        };
        /** @description A version of an entry point that is still taken, and not for long. */
        DeprecatedVersion: {
            /**
             * Format: uint64
             * @description Its number.
             */
            version: number;
            /** @description The JSON Schema of the payloads of tasks. */
            input_schema: unknown;
            /** @description The JSON Schema of the payloads of replies. */
            output_schema: unknown;
            /**
             * Format: date-time
             * @description Until when it is taken.
             */
            until: string;
        };
        /** @description Something that is wrong with a definition, or hardly meant. */
        Diagnostic: {
            /** @description The file: `NAME.md`, or `profiles/NAME.md`. */
            file: string;
            /**
             * Format: uint
             * @description The number of the line, from 1.
             */
            line: number;
            /** @description The field, as a path like `tools[2].name`; empty for the whole text. */
            field: string;
            /** @description What is wrong, and the remedy. */
            message: string;
        };
        /** @description The body of a dispatch. All may be in an object `payload`. */
        Dispatch: {
            /** @description What is to be done: a text is the message as it stands, and all else becomes its JSON text. */
            input?: unknown;
            /** @description The session; `default` if it is left out. */
            session?: string;
            /** @description All of this, wrapped. */
            payload?: {
                [key: string]: unknown;
            };
        };
        /** @description What an agent is tried with. */
        DryRun: {
            /** @description The event that the agent gets: `{"payload": {...}}`. Without an event, the agent is checked, if its type checks anything. */
            event?: components["schemas"]["NewEvent"];
            /**
             * @description Whether the agent may make outside calls.
             * @default false
             */
            outside_calls: boolean;
        };
        /** @description When a schedule is due. */
        DueTimes: {
            /** @description The next due times; fewer than were asked for where there are no more. */
            times: string[];
            /** @description The schedule in words. */
            text: string;
        };
        /** @description What is changed of an event that is made again. */
        EmitAgain: {
            /** @description The new event's payload; without it, the same. */
            payload?: unknown;
            /** @description The new event's groups; without them, the same. */
            groups?: string[];
            /** @description The version of the new run. */
            version?: components["schemas"]["RunVersion"];
        };
        /** @description An entry point that a project publishes. */
        EntryPoint: {
            /** @description The project that provides it. */
            project_id: string;
            /** @description Its id. */
            client_stage_id: string;
            /** @description The workflow that publishes it, for who may see that workflow. */
            workflow_id?: string | null;
            /** @description The cell that publishes it, for who may see its workflow. */
            cell_id?: string | null;
            /** @description What people call it. */
            title: string;
            /** @description What it does. */
            description: string;
            /** @description The JSON Schema of the payloads of tasks; null if anything is taken. */
            input_schema: unknown;
            /** @description The JSON Schema of the payloads of replies; null if nothing is promised. */
            output_schema: unknown;
            /** @description Who may use it: `open`, `approval` (the provider accepts each connection) or `allow_list`. */
            access: components["schemas"]["Access"];
            /**
             * Format: uint64
             * @description The number of its version: each change of a schema is another one.
             */
            version: number;
            /** @description Versions before this one that are still taken. */
            deprecated: components["schemas"]["DeprecatedVersion"][];
            /** @description The address of tasks, for stages on other deployments; null where the deployment does not know its own address. */
            tasks_url: string | null;
        };
        /** @description The stage of an entry. */
        EntryStage: {
            /** @description The stage. */
            stage: string;
        };
        /** @description The body of every error. */
        Error: {
            /** @description What went wrong. */
            error: {
                /** @description The stable type, in snake case. */
                type: string;
                /** @description What is wrong. */
                message: string;
                /** @description What to do about it. */
                details: string;
                /** @description Details for programs. `retry_after_seconds` says when to come again, as the header `Retry-After` does. */
                meta?: unknown;
            };
        };
        /** @description An estimate of what an agent cost. */
        EstimatedCost: {
            /**
             * Format: double
             * @description Write units of DynamoDB.
             */
            write_units: number;
            /**
             * Format: double
             * @description Read units of DynamoDB.
             */
            read_units: number;
            /**
             * Format: double
             * @description Requests to SQS.
             */
            sqs_requests: number;
            /**
             * Format: double
             * @description All of it in dollars, with functions, HTTP requests and logs, by prices of us-east-1, on demand.
             */
            usd: number;
        };
        /** @description An event. */
        Event: {
            /** @description The event's id. */
            id: string;
            /** @description The event's run. */
            run_id: string;
            /**
             * Format: uint64
             * @description The workflow version that its run is pinned to.
             */
            version: number;
            /** @description The agent that emitted the event. */
            cell_id: string;
            /** @description The groups that links choose by. */
            groups: string[];
            /** @description The payload, as it came. It is left out, with `payload_omitted`, where `payloads` says so, and in an answer that would be too large: read the event by its id. */
            payload?: unknown;
            /** @description The payload is left out here. */
            payload_omitted?: boolean;
            /**
             * Format: date-time
             * @description When the event was committed.
             */
            created_at: string;
            /**
             * Format: uint16
             * @description How many deliveries lie between the beginning of the run and the event.
             */
            hop: number;
            /** @description What the event came of; none for the first event of a run. */
            cause?: components["schemas"]["Cause"] | null;
        };
        /** @description Options, an event in, the events out. */
        Example: {
            /** @description What the example shows, in a few words. */
            title: string;
            /** @description The cell's config. */
            config: unknown;
            /** @description The payload of the event that comes in; none for a check, or for a trigger that only shows its config. */
            event?: unknown;
            /** @description The memory before. */
            memory?: unknown;
            /** @description The answer that an outside call gets: `{"status", "body"}`. */
            answer?: unknown;
            /** @description The result that an external agent posts. */
            reply?: unknown;
            /** @description The events that come out. */
            emits: components["schemas"]["ExampleEvent"][];
            /** @description The memory afterwards, where the example shows it. */
            remembers?: unknown;
        };
        /** @description An event that an example expects. */
        ExampleEvent: {
            /** @description The event's group. */
            group: string;
            /** @description The event's payload. */
            payload: unknown;
        };
        /** @description A workflow of a project, as a file. */
        ExportedWorkflow: {
            /** @description The id of the workflow, which stays the same. The file does not hold it. */
            id: string;
            /** @description The file: what an import takes. */
            file: components["schemas"]["WorkflowFile"];
        };
        /** @description The external agent that an agent asks. */
        ExternalAgent: {
            /** @description The external agent's base URL. */
            endpoint: string;
            /**
             * Format: uint64
             * @description How many requests are outstanding.
             */
            outstanding: number;
            /** @description `closed`, or `open` while most calls of the endpoint fail: requests then wait, and every 30 s one is tried. */
            circuit: string;
            /**
             * Format: date-time
             * @description Since when the circuit is open.
             */
            open_since?: string | null;
            /**
             * Format: date-time
             * @description When the next call is tried.
             */
            next_probe_at?: string | null;
        };
        /** @description Why a delivery failed, as its owner may see it. */
        Failure: {
            /** @description The stable code, in snake case. */
            code: string;
            /** @description What went wrong, and the remedy. */
            message: string;
            /** @description Further details, like the answer of an outside call. */
            details?: unknown;
        };
        /** @description A delivery, check or timer that failed for good. */
        FailureRecord: {
            /** @description The failure's id. */
            id: string;
            /** @description The run. */
            run_id: string;
            /**
             * Format: uint64
             * @description The version whose agent failed; null where an earlier program stored the failure.
             */
            version: number | null;
            /** @description The agent that failed. */
            cell_id: string;
            /** @description The event that the agent failed on; none for a check. */
            event_id?: string | null;
            /** @description The stable code, in snake case. */
            code: string;
            /** @description What went wrong, and the remedy. */
            message: string;
            /** @description Further details, like the answer of an outside call. */
            details?: unknown;
            /**
             * Format: date-time
             * @description When the delivery failed for good.
             */
            failed_at: string;
            /**
             * Format: uint32
             * @description How often the delivery was tried.
             */
            attempts: number;
            /**
             * Format: date-time
             * @description When the failure was replayed.
             */
            replayed_at?: string | null;
            /** @description The event as which the failure was replayed in another version: its run is the replay. */
            replayed_as?: string | null;
        };
        /** @description The feed in the document. */
        Feed: {
            /** @description The feed's title. */
            title: string;
            /** @description What the feed is about. */
            description: string;
            /** @description The web page that the feed belongs to. */
            link: string;
            /** @description The feed's own address. */
            feed_url: string;
            /** @description The items, newest first. */
            items: {
                [key: string]: unknown;
            }[];
        };
        /** @description What became of it. */
        FlueAborted: {
            /** @description Whether something was ended. */
            aborted: boolean;
            /** @description The session, as it was named. */
            session_id: string;
        };
        /** @description What was taken, and is done in its turn. */
        FlueAccepted: {
            /** @description `accepted`. */
            status: string;
            /** @description The run. */
            run_id: string;
            runId: string;
        };
        /** @description An agent that had runs. */
        FlueAdminAgent: {
            /** @description Its name. */
            name: string;
            /** @description Always null: `GET /agents` tells how it is reached. */
            triggers: null;
        };
        /** @description Agents that had runs. */
        FlueAdminAgents: {
            /** @description The agents. */
            agents: components["schemas"]["FlueAdminAgent"][];
            /** @description The same. */
            items: components["schemas"]["FlueAdminAgent"][];
            /** @description Where the list goes on; null at the end. */
            nextCursor: string | null;
        };
        /** @description An instance that had runs. */
        FlueAdminInstance: {
            /** @description Its id. */
            agent_id: string;
            instanceId: string;
        };
        /** @description Instances that had runs. */
        FlueAdminInstances: {
            /** @description The agent. */
            agent: string;
            agentName: string;
            /** @description The instances. */
            instances: components["schemas"]["FlueAdminInstance"][];
            /** @description The same. */
            items: components["schemas"]["FlueAdminInstance"][];
            /** @description Where the list goes on; null at the end. */
            nextCursor: string | null;
        };
        /** @description Runs. */
        FlueAdminRuns: {
            /** @description The agent, in the list of an instance. */
            agent?: string | null;
            agentName?: string | null;
            /** @description The instance, in its list. */
            agent_id?: string | null;
            instanceId?: string | null;
            /** @description The runs. */
            runs: components["schemas"]["FlueRun"][];
            /** @description The same. */
            items: components["schemas"]["FlueRun"][];
            /** @description Where the list goes on; null at the end. A page may have fewer runs than asked for although the list goes on. */
            nextCursor: string | null;
        };
        /** @description An agent. */
        FlueAgent: {
            /** @description Its name. */
            name: string;
            /** @description Where its instances are asked. */
            path: string;
            /** @description How it may be reached. */
            triggers: components["schemas"]["FlueTriggers"];
        };
        /** @description The agents of a project. */
        FlueAgents: {
            /** @description By name; also those that cannot be reached over HTTP, and workflows that are called by their name. */
            agents: components["schemas"]["FlueAgent"][];
        };
        /** @description That it was taken. Each name is there in the ways of two languages. */
        FlueDispatched: {
            /** @description `accepted`. */
            status: string;
            /** @description The id of the dispatch. */
            dispatch_id: string;
            dispatchId: string;
            /** @description When it was taken. */
            accepted_at: string;
            acceptedAt: string;
        };
        /** @description A model. */
        FlueModel: {
            /** @description Its name, like `openai/gpt-5`. */
            id: string;
        };
        /** @description An answer. */
        FlueReply: {
            /** @description What the agent says. */
            text: string;
            /** @description Where it comes from. */
            metadata: unknown;
            /** @description What all calls of models took together. */
            usage: components["schemas"]["PaidUsage"];
            /** @description The model of the last answer. */
            model: components["schemas"]["FlueModel"];
        };
        /** @description An answer, wrapped. */
        FlueResult: {
            /** @description The answer. */
            result: components["schemas"]["FlueReply"];
        };
        /** @description A run. Most fields have two names. */
        FlueRun: {
            /** @description Its id. */
            run_id: string;
            runId: string;
            /** @description The agent, or the name by which the workflow was called. */
            agent: string;
            agentName: string;
            /** @description The instance; for a workflow that was called without one, the run's id. */
            agent_id: string;
            instanceId: string;
            /**
             * Format: double
             * @description When it was asked for, in seconds since 1970.
             */
            started_at: number;
            /** Format: date-time */
            startedAt: string;
            /**
             * Format: double
             * @description When it ended.
             */
            ended_at: number | null;
            /** Format: date-time */
            endedAt: string | null;
            /**
             * Format: int64
             * @description How long it took, in milliseconds.
             */
            durationMs: number | null;
            /** @description How it stands. */
            status: components["schemas"]["FlueRunStatus"];
            /** @description Whether it failed. */
            is_error: boolean;
            isError: boolean;
            /** @description Why. */
            error: components["schemas"]["FlueRunError"] | null;
            /** @description What came of it: the agent's answer, or the payload of the workflow's first event of the cell `result`. */
            result: unknown;
            /**
             * Format: uint64
             * @description How many events it has so far.
             */
            event_count: number;
        };
        /** @description Why a run failed. */
        FlueRunError: {
            /** @description The stable type, in snake case. */
            type: string;
            /** @description What is wrong. */
            message: string;
            /** @description What to do about it. */
            details: string;
        };
        /** @description Something that happened in a run. */
        FlueRunEvent: {
            /** @description The run. */
            run_id: string;
            runId: string;
            /**
             * Format: uint64
             * @description Its number: they begin with 1, and have no gap.
             */
            event_index: number;
            /** Format: uint64 */
            eventIndex: number;
            /** @description `run_start`, `log` or `run_end`. */
            type: string;
            /**
             * Format: double
             * @description When it happened, in seconds since 1970.
             */
            timestamp: number;
            /** @description The rest: `level` and `message` of a `log`, `status` and `error` of the `run_end`. */
            data: unknown;
        };
        /** @description Some events of a run. */
        FlueRunEvents: {
            /** @description The run. */
            run_id: string;
            runId: string;
            /** @description The events. */
            events: components["schemas"]["FlueRunEvent"][];
            /**
             * Format: uint64
             * @description The `after` with which to go on.
             */
            next_after: number;
            /** Format: uint64 */
            nextAfter: number;
        };
        /** @description How a run stands. */
        FlueRunStatus: "running" | "succeeded" | "failed";
        /** @description How an agent may be reached. */
        FlueTriggers: {
            /** @description Over HTTP. */
            webhook: boolean;
        };
        /** @description Where the copy of a session goes. */
        ForkInput: {
            /** @description The id of its instance; that of the original, if it is left out. */
            instance?: string;
            /** @description The name of the new session. */
            session: string;
            /**
             * Format: uint64
             * @description The number of the last event that counts; the last one, if it is left out.
             */
            upto?: number;
        };
        /** @description A session that is the copy of another one. */
        Forked: {
            /** @description The agent's name. */
            agent: string;
            /** @description The id of the instance. */
            instance: string;
            /** @description The session's name. */
            session: string;
        };
        /** @description What a caller may do. */
        Granted: "root" | components["schemas"]["Role"];
        /** @description Whether the service answers. */
        Health: {
            status: components["schemas"]["HealthStatus"];
            /** @description Always true: whether it answers is what PyFlue's clients look at. */
            ok: boolean;
            /** @description `rookery`. */
            framework: string;
        };
        /** @description How it stands with a service that answers. */
        HealthStatus: "ok" | "checking";
        /** @description A scenario of Huginn, as Huginn exports it. Its secrets become credentials, which nobody is shown. */
        HuginnFile: {
            /** @description What people call the scenario. */
            name: string;
            /** @description The agents: each with its `type` (`Agents::RssAgent`), `name`, `guid`, `options`, `schedule` and more. */
            agents: {
                [key: string]: unknown;
            }[];
            /**
             * @description The links: `{"source", "receiver"}`, places in `agents`.
             * @default []
             */
            links: {
                [key: string]: unknown;
            }[];
            /**
             * @description The links by which agents control others: `{"controller", "control_target"}`.
             * @default []
             */
            control_links: {
                [key: string]: unknown;
            }[];
        };
        /** @description Where an image is. */
        ImageAt: {
            file: string;
        } | {
            url: string;
        };
        /** @description An image by reference: messages hold no bytes of it. */
        ImageRef: {
            /** @description The media type, for example `image/png`. */
            media_type: string;
            /** @description Where the image is. */
            at: components["schemas"]["ImageAt"];
        };
        /** @description What became of a scenario. */
        ImportReport: {
            /** @description The format of the file: `huginn`. */
            format: string;
            /** @description How many agents have each status. */
            counts: {
                /**
                 * Format: uint
                 * @description Those that do the same.
                 */
                mapped: number;
                /**
                 * Format: uint
                 * @description Those that run, but do not do all the same.
                 */
                different: number;
                /**
                 * Format: uint
                 * @description Those for which there is no type.
                 */
                unsupported: number;
            };
            /** @description The agents, in the file's order. */
            agents: components["schemas"]["ImportedAgent"][];
            /** @description The links. */
            links: {
                /**
                 * Format: uint
                 * @description How many are on the canvas.
                 */
                made: number;
                /** @description Those that are not. */
                left_out: {
                    /**
                     * Format: uint
                     * @description Its place in the file's list, from 0.
                     */
                    index: number;
                    /** @description Why it was left out. */
                    reason: string;
                }[];
            };
            /** @description The links by which an agent controls others. */
            control_links: {
                /**
                 * Format: uint
                 * @description How many are on the canvas.
                 */
                made: number;
                /** @description Those that are not. */
                left_out: {
                    /**
                     * Format: uint
                     * @description Its place in the file's list, from 0.
                     */
                    index: number;
                    /** @description Why it was left out. */
                    reason: string;
                }[];
            };
            /** @description The secrets that stood in the file, and the credentials that the agents name and the project lacks. */
            credentials: {
                /** @description Its name. */
                name: string;
                /** @description The cell that needs it. */
                cell_id: string;
                /** @description The field of the cell's config, as a dotted path. */
                field: string;
                /** @description Where its value is. */
                state: "created" | "reused" | "missing";
            }[];
        };
        /** @description What became of an agent. */
        ImportedAgent: {
            /**
             * Format: uint
             * @description Its place in the file's list, from 0.
             */
            index: number;
            /** @description Its name in the file. */
            name: string | null;
            /** @description Its id in the file. */
            guid: string | null;
            /** @description Its type in the file, like `Agents::RssAgent`. */
            huginn_type: string;
            /** @description Its cell on the canvas. */
            cell_id: string;
            /** @description The type of its cell; null if there is no such type here. Then the cell keeps the file's type, to be replaced. */
            agent_type: string | null;
            /** @description Whether it does the same. */
            status: "mapped" | "different" | "unsupported";
            /** @description What is different, and what was left out. */
            notes: {
                /** @description The option, as a dotted path, or another key of the agent. */
                field: string;
                /** @description What is different or was left out. */
                message: string;
            }[];
            /** @description A type that may serve instead. */
            nearest: string | null;
        };
        ImportedFile: components["schemas"]["WorkflowFile"] | components["schemas"]["JointFile"] | components["schemas"]["HuginnFile"];
        /** @description A workflow that was made of a file. */
        ImportedWorkflow: {
            /** @description `ok`: the request was done. The workflow may have problems all the same. */
            status: string;
            data: components["schemas"]["Workflow"];
            /** @description The `meta` in the answer to a save, check, build, start or stop. */
            meta: {
                /** @description All that keeps the workflow from being built. */
                errors: components["schemas"]["Problem"][];
                /**
                 * Format: uint
                 * @description How many problems there are.
                 */
                error_count: number;
                /**
                 * @description What does not keep the workflow from being built, but will go wrong when it runs, or is hardly meant: credentials that are not set
                 *     (if a hook is verified by such a credential, the workflow is not started), persistent agents that are not defined, and links whose
                 *     group may never come.
                 */
                warnings: components["schemas"]["Problem"][];
                /**
                 * Format: uint
                 * @description How many agents the workflow has.
                 */
                agent_count: number;
                /**
                 * Format: uint64
                 * @description The version that the result is about.
                 */
                version: number;
                /** @description What became of each part of a file that was written for something else: a scenario of Huginn. */
                report?: components["schemas"]["ImportReport"] | null;
            };
        };
        /** @description The body of a call: the payload that the trigger emits. It may be in an object `payload`. */
        Input: {
            /** @description The payload, wrapped. */
            payload?: {
                [key: string]: unknown;
            };
        };
        /** @description A canvas as JointJS saves it (`graph.toJSON()`). It is given back byte for byte. */
        JointFile: {
            /** @description The cells: those with `"type": "agent"` and an `agent_type` are agents, and links between them are links, `standard.Link` too. */
            cells: {
                [key: string]: unknown;
            }[];
        };
        /** @description The `meta` in the answer to a save or a check. */
        Judged: {
            /** @description All that keeps the version from running. */
            errors: components["schemas"]["Diagnostic"][];
            /** @description What does not, but is hardly meant. */
            warnings: components["schemas"]["Diagnostic"][];
            /**
             * Format: uint64
             * @description The number of the version that the result is about; 0 if nothing was saved.
             */
            version: number;
        };
        /** @description The body that creates a key. */
        KeyInput: {
            /** @description What people call the key: 1 to 200 characters. */
            name: string;
            /** @description What the key may do. */
            role: components["schemas"]["Role"];
        };
        /** @description What an agent is on the canvas. */
        Kind: "trigger" | "filter" | "action";
        /** @description What became of an entry. */
        ListEntry: {
            /** @description The record's kind. */
            kind: string;
            /** @description The record's id. */
            id: string;
            /** @description What became of the entry. */
            outcome: components["schemas"]["RecordOutcome"];
            /** @description The stage where the record is. */
            stage: string | null;
            /** @description The stage before; null if it was not in the list. */
            from: string | null;
        };
        /** @description A list as it is sent. */
        ListInput: {
            /** @description What people call it. */
            name: string;
            /** @description Its stages, in order: 1 to 50 texts of 1 to 64 characters, each once. */
            stages: string[];
        };
        /** @description A session in the list of its instance. */
        ListedSession: {
            /** @description The agent. */
            agent: string;
            /** @description The id of the agent's instance. */
            instance: string;
            /** @description The session's name. */
            session: string;
            /**
             * Format: date-time
             * @description When something was first asked in it.
             */
            created_at: string;
        };
        /** @description How it stands with a run. */
        ListedState: "in_flight" | "waiting" | "failed" | "done";
        /** @description The lines of one delivery. */
        LogEntry: {
            /**
             * Format: date-time
             * @description When the lines were written.
             */
            at: string;
            /** @description The event that was being handled; none for a check. */
            event_id?: string | null;
            /** @description The lines. */
            lines: string[];
        };
        /** @description One message of a conversation. */
        Message: {
            /** @description Who says it. */
            role: components["schemas"]["MessageRole"];
            /** @description What is said, in order. */
            parts: components["schemas"]["Part"][];
        };
        /** @description Who says a message. */
        MessageRole: "user" | "assistant";
        /** @description What an agent of a version counted in an hour. */
        Metric: {
            /** @description The agent. */
            cell_id: string;
            /**
             * Format: uint64
             * @description The version of the workflow; null for what was counted before versions were told apart.
             */
            version: number | null;
            /**
             * Format: date-time
             * @description When the hour began.
             */
            hour: string;
            /**
             * Format: uint64
             * @description Deliveries that it handled.
             */
            received: number;
            /**
             * Format: uint64
             * @description Events that it emitted.
             */
            emitted: number;
            /**
             * Format: uint64
             * @description Deliveries, checks and timers that failed for good.
             */
            errors: number;
            /**
             * Format: uint64
             * @description Checks that it ran.
             */
            checks: number;
            /**
             * Format: uint64
             * @description Of the deliveries, those that were handled and stored together with the event that they began with.
             */
            chained: number;
            /**
             * Format: uint64
             * @description Of its events, those that came in from outside.
             */
            accepted: number;
            /**
             * Format: uint64
             * @description How long its deliveries, checks and timers took together, in milliseconds: the last attempt of each.
             */
            took_ms: number;
            /** @description How many of them took up to so many milliseconds, and more than the number before; `more` is more than all numbers. */
            took_up_to: {
                [key: string]: number;
            };
            /**
             * @description Its events by group. An event with several groups counts for each; groups that no link of its version names and that its type does not
             *     have are left out. So a link with a group led as many events as its source emitted in it, and a link without one all of them.
             */
            emitted_by_group: {
                [key: string]: number;
            };
            /** @description Its failures by code. */
            errors_by_code: {
                [key: string]: number;
            };
            /**
             * Format: date-time
             * @description The last event that it received in this hour.
             */
            last_received_at: string | null;
            /**
             * Format: date-time
             * @description The last event that it emitted in this hour.
             */
            last_emitted_at: string | null;
            /**
             * Format: date-time
             * @description The last check in this hour.
             */
            last_check_at: string | null;
            /**
             * Format: date-time
             * @description The last failure in this hour.
             */
            last_error_at: string | null;
            /**
             * @description About what this cost: an estimate from the counts, by what hops cost when they were measured. Retries, waits, requests to external agents,
             *     models and storage are not in it.
             */
            estimated_cost: components["schemas"]["EstimatedCost"];
        };
        /**
         * @description Whether callers need a key.
         * @enum {string}
         */
        Needed: "open" | "required";
        /** @description An entry point that a stage uses. */
        NeededEntryPoint: {
            /** @description The project that provides it. */
            project_id: string;
            /** @description Its id. */
            client_stage_id: string;
            /**
             * @description Where its project takes tasks; null on the deployment that the file is of.
             * @default null
             */
            tasks_url: string | null;
        };
        /** @description What a workflow needs of its project, by name. */
        Needs: {
            /**
             * @description The credentials that its agents name.
             * @default []
             */
            credentials: string[];
            /**
             * @description The persistent agents that its cells ask.
             * @default []
             */
            agents: string[];
            /**
             * @description The entry points that its stages use.
             * @default []
             */
            entry_points: components["schemas"]["NeededEntryPoint"][];
        };
        /** @description Entries as they are sent. */
        NewEntries: {
            /** @description The entries: 1 to 500, each record once. */
            entries: components["schemas"]["NewEntry"][];
        };
        /** @description An entry as it is sent. */
        NewEntry: {
            /** @description The record's kind. */
            kind: string;
            /** @description The record's id. */
            id: string;
            /** @description The stage; without one, the list's first. */
            stage?: string;
        };
        /** @description An event as it is sent. */
        NewEvent: {
            /** @description The payload: any JSON, with at most 256 KB and 64 levels. */
            payload: unknown;
            /**
             * @description The event's groups, at most 16; without groups, the agent's first group.
             * @default []
             */
            groups: string[];
        };
        /** @description A new key. */
        NewKey: {
            /** @description The key itself. Keep it: it is not shown again. */
            key: string;
            /** @description The key's id. */
            id: string;
            /** @description The project that it opens. */
            project_id: string;
            /** @description What people call the key. */
            name: string;
            /** @description What the key may do. */
            role: components["schemas"]["Role"];
            /**
             * Format: date-time
             * @description When the key was made.
             */
            created_at: string;
        };
        /** @description A record as it is sent. */
        NewRecord: {
            /** @description The kind: `person`, `mention`, `company`, or a name of your own of a-z, 0-9 and `_`, with at most 32 characters. */
            kind: string;
            /** @description Your id, of 1 to 128 characters. Without one, it is made. */
            id?: string;
            /** @description The attributes: at most 200, and 32 KB. */
            attributes: {
                [key: string]: unknown;
            };
        };
        /** @description Records as they are sent. */
        NewRecords: {
            /** @description The records: 1 to 500, each once. */
            records: components["schemas"]["NewRecord"][];
        };
        /** @description A task as it is sent. */
        NewTask: {
            /** @description Its type, by which the links of the other side may choose: a text of 1 to 64 characters. */
            type: string;
            /** @description What it says: an object, with at most 256 KB and 64 levels. It must fit the `output_schema` of the entry points. */
            payload: {
                [key: string]: unknown;
            };
            /**
             * @description Whom it is for: `"all"`, or an object with either `connection_tokens`, or `client_project_id` and, for a project of another
             *     deployment, `client_deployment`. Without it, the connection that `connection_token` in the payload names; the payload is then
             *     sent without this field.
             */
            to?: components["schemas"]["To"];
            /**
             * @description The task of the other side that it answers, where it goes over one connection: the `task_id` in the `origin` of the task's run.
             *     A stage that waits for the reply to this task then goes on; any other reply is an event of its own there.
             */
            reply_to?: string;
        };
        /** @description The body that creates a workflow. */
        NewWorkflow: {
            /** @description What people call the workflow: 1 to 200 characters. */
            name: string;
            /** @description The canvas: `{"cells": [...]}`. It is given back byte for byte. */
            options?: {
                [key: string]: unknown;
            };
            /** @description What the workflow is for: up to 2,000 characters. */
            description?: string;
            /** @description Its tags: up to 20, each of 1 to 50 characters. */
            tags?: string[];
        };
        /** @description The body of a route that takes none: no body, or `{}`. */
        Nothing: Record<string, never>;
        /** @description An outside call of a dry run. Credentials are shown as `***`. */
        OutsideCall: {
            /** @description The method. */
            method: string;
            /** @description The URL. */
            url: string;
            /** @description The headers that the agent sets, in their order: `[name, value]`. */
            headers: string[][];
            /** @description The body; what is not UTF-8 in it is replaced. */
            body?: string | null;
            /** @description Whether the call was made. */
            made: boolean;
        };
        /** @description How it stands with a project. */
        Overview: {
            /**
             * Format: uint
             * @description Failures that were not replayed.
             */
            failures: number;
            /**
             * Format: uint
             * @description What was asked of external agents, persistent agents and entry points, and is not answered yet.
             */
            waiting: number;
            /**
             * Format: uint
             * @description Workflows.
             */
            workflows: number;
            /** @description The names of the counts that may be higher than they say here. */
            at_least: string[];
        };
        /** @description The tokens of calls of models, with what they cost. */
        PaidUsage: {
            /**
             * Format: uint64
             * @description Tokens that were read and not cached.
             */
            input: number;
            /**
             * Format: uint64
             * @description Tokens that were written, with those of thoughts.
             */
            output: number;
            /**
             * Format: uint64
             * @description Tokens that were read from the provider's cache.
             */
            cache_read: number;
            /**
             * Format: uint64
             * @description Tokens that were read and put into the provider's cache.
             */
            cache_write: number;
            /**
             * Format: uint64
             * @description All tokens.
             */
            total_tokens: number;
            /**
             * @description In US dollars; zeros where prices are not known.
             * @default {
             *       "input": 0,
             *       "output": 0,
             *       "cache_read": 0,
             *       "cache_write": 0,
             *       "total": 0
             *     }
             */
            cost: components["schemas"]["Cost"];
        };
        /** @description A part of a message. In JSON, it is an object with one field, which is named like the kind of part: `{"text": "Hello"}`. */
        Part: {
            text: string;
        } | {
            image: components["schemas"]["ImageRef"];
        } | {
            thinking: components["schemas"]["Thinking"];
        } | {
            tool_call: components["schemas"]["ToolCall"];
        } | {
            tool_result: components["schemas"]["ToolResult"];
        };
        /** @description A persistent agent. */
        PersistentAgent: {
            /** @description The agent's name. */
            name: string;
            /** @description What the running version says that it is for. */
            description?: string | null;
            /** @description Who wrote it: what a file says is changed by that file alone. */
            source: components["schemas"]["DefinitionSource"];
            /**
             * Format: uint64
             * @description The last saved version.
             */
            version: number;
            /**
             * Format: uint64
             * @description The version that runs, which is the last without errors; 0 if there is none.
             */
            running_version: number;
            /** @description Whether it can be reached over HTTP. */
            webhook: boolean;
            /**
             * Format: date-time
             * @description When it was first saved.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was last changed.
             */
            updated_at: string;
        };
        /** @description A persistent agent with its last version. */
        PersistentAgentWithText: {
            /** @description The agent's name. */
            name: string;
            /** @description What the running version says that it is for. */
            description?: string | null;
            /** @description Who wrote it: what a file says is changed by that file alone. */
            source: components["schemas"]["DefinitionSource"];
            /**
             * Format: uint64
             * @description The last saved version.
             */
            version: number;
            /**
             * Format: uint64
             * @description The version that runs, which is the last without errors; 0 if there is none.
             */
            running_version: number;
            /** @description Whether it can be reached over HTTP. */
            webhook: boolean;
            /**
             * Format: date-time
             * @description When it was first saved.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was last changed.
             */
            updated_at: string;
            /** @description The agent's text: front matter, then instructions. */
            text: string;
            /** @description Profiles. Those that the agent does not use are not kept. */
            profiles?: {
                [key: string]: string;
            };
        };
        /** @description One thing that is wrong with a workflow. */
        Problem: {
            /** @description The cell that has the problem. */
            cell_id: string;
            /** @description The field of that cell, as a dotted path like `config.url`. */
            field: string;
            /** @description What is wrong, and the remedy. */
            message: string;
        };
        /** @description A tenant. */
        Project: {
            /** @description Its id. */
            id: string;
            /** @description What people call it. */
            name: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
        };
        /** @description The body that creates or renames a project. */
        ProjectInput: {
            /** @description What people call the project: 1 to 200 characters. */
            name: string;
        };
        /** @description The body of a prompt to the default agent. */
        Prompt: {
            /** @description The question. */
            prompt?: string;
            /** @description It, wrapped. */
            payload?: {
                [key: string]: unknown;
            };
        };
        /** @description A cell that is ready to be put on a canvas. */
        ReadyCell: {
            /** @description What people call it. */
            title: string;
            /** @description What it does. */
            description: string;
            /** @description What it is made of. */
            from: components["schemas"]["ReadyCellFrom"];
            /** @description The cell. */
            cell: components["schemas"]["AgentCell"];
        };
        /** @description What a ready cell is made of. */
        ReadyCellFrom: {
            /** @constant */
            type: "persistent_agent";
            /** @description Its name. */
            name: string;
        } | {
            /** @constant */
            type: "entry_point";
            /** @description The project that provides it. */
            project_id: string;
            /** @description Its id. */
            client_stage_id: string;
            /** @description Who may use it: with `approval`, its provider accepts the connection before tasks come in. */
            access: components["schemas"]["Access"];
            /** @description The JSON Schema of what the cell sends; null if anything is taken. */
            input_schema: unknown;
            /** @description The JSON Schema of what the cell emits in `on_reply`; null if nothing is promised. */
            output_schema: unknown;
        };
        /** @description A record. */
        Record: {
            /** @description Its kind. */
            kind: string;
            /** @description Its id. */
            id: string;
            /** @description What it says of itself: an object. */
            attributes: unknown;
            /** @description The segments that it is in. */
            segments: string[];
            /** @description The lists that it is in. */
            lists: components["schemas"]["RecordEntry"][];
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When its attributes were last changed.
             */
            updated_at: string;
        };
        /** @description The attributes of a record. */
        RecordAttributes: {
            /** @description The attributes: at most 200, and 32 KB. */
            attributes: {
                [key: string]: unknown;
            };
        };
        /** @description A list that a record is in. */
        RecordEntry: {
            /** @description The list. */
            list_id: string;
            /** @description The stage where the record is. */
            stage: string;
        };
        /** @description A list. */
        RecordList: {
            /** @description Its id. */
            id: string;
            /** @description What people call it. */
            name: string;
            /** @description Its stages, in order. */
            stages: string[];
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
        };
        /** @description What became of something that was written. */
        RecordOutcome: "created" | "changed" | "unchanged";
        /** @description What a template gives. */
        Rendered: {
            /** @description The text, or the JSON with its texts rendered. `***` stands where the value of a credential would stand. */
            result: unknown;
            /** @description What its writer may not have meant, like a filter that does not exist. */
            warnings: components["schemas"]["TemplateWarning"][];
        };
        /** @description In which version is replayed. */
        ReplayInput: {
            /** @description The version: `run`, that of the failure's own run; or `newest`, the last built one, in a run of its own. */
            version?: components["schemas"]["RunVersion"];
        };
        /** @description What a replay of many failures did. */
        Replayed: {
            /**
             * Format: uint
             * @description Failures that are being replayed.
             */
            replayed: number;
            /** @description There are more: call again. */
            more: boolean;
        };
        /** @description What an agent did, or would do. */
        Report: {
            /**
             * Format: uint64
             * @description The version that ran: the last built one; 0 where an unsaved cell was tried.
             */
            version: number;
            /**
             * Format: uint64
             * @description A newer version that was saved and is not built yet: build it to try it.
             */
            newer_version?: number | null;
            /** @description The events. */
            events: components["schemas"]["ReportedEvent"][];
            /** @description The memory afterwards; null when there is none. */
            memory: unknown;
            /** @description Log lines. */
            logs: string[];
            /** @description For a dry run: the outside calls that the agent made, or would make. An agent whose call is not made is told so as an error. */
            calls?: components["schemas"]["OutsideCall"][];
            /** @description What became of the delivery, when it is not simply done: like `late`. */
            outcome?: string | null;
            /**
             * Format: date-time
             * @description The agent waits until then before it does anything.
             */
            waits_until?: string | null;
            /** @description The item for the agent's feed. */
            published?: unknown;
            /** @description Why the agent failed. */
            error?: components["schemas"]["Failure"] | null;
        };
        /** @description An event that was emitted, or would be. */
        ReportedEvent: {
            /** @description The event's id, if it was emitted. */
            id?: string | null;
            /** @description The event's groups. */
            groups: string[];
            /** @description The event's payload. */
            payload: unknown;
        };
        /** @description What has become of a request. */
        RequestState: "calling" | "outstanding" | "answered" | "expired" | "failed" | "cancelled";
        /** @description A request that is made again. */
        Retried: {
            /** @description The new request. */
            id: string;
            /** @description The run of the new request. */
            run_id: string;
        };
        /**
         * @description What a key may do. An `owner` may do everything, an `editor` also what a `viewer` or an `ingest` key may; these two may only
         *     read, and only put events in.
         */
        Role: "owner" | "editor" | "viewer" | "ingest";
        /** @description A run. */
        Run: {
            /** @description The run's id. */
            id: string;
            /**
             * Format: uint64
             * @description The workflow version that the run is pinned to.
             */
            version: number | null;
            /**
             * Format: date-time
             * @description When the run's first event was committed.
             */
            started_at: string | null;
            /**
             * @description `running` while a delivery is to be handled; then `failed` if one failed and was not replayed with success, else `done`. A
             *     run can be done while a timer is still to come.
             */
            state: components["schemas"]["RunState"];
            /**
             * Format: uint
             * @description How many events the run has; when it is shown in parts, how many this part has.
             */
            event_count: number;
            /**
             * Format: uint
             * @description How many of its deliveries failed for good and were not replayed since; when it is shown in parts, how many of this part.
             */
            failure_count: number;
            /**
             * Format: date-time
             * @description When its last event was committed; when it is shown in parts, the last one of this part.
             */
            last_event_at: string | null;
            /** @description The delivery that hit the limit of hops or events. */
            limit_hit?: string | null;
            /** @description The task that began the run, if somebody sent it to an entry point. */
            origin?: components["schemas"]["RunOrigin"] | null;
            /** @description The check that began the run. */
            checks?: {
                /** @description The delivery's id. */
                id: string;
                /** @description The agent that gets the event. */
                cell_id: string;
                /** @description What became of the delivery. */
                state: components["schemas"]["RunState"];
                /** @description The links by which the event came; none for timers and checks. */
                links: string[];
                /**
                 * Format: uint32
                 * @description The arm: 0, and one more for each replay.
                 */
                arm: number;
                /**
                 * Format: uint32
                 * @description The number of the last attempt, from 0; while the delivery waits, that of the next one.
                 */
                attempt: number;
                /**
                 * Format: date-time
                 * @description When the last attempt began. Deliveries that were stored together with their event began with it.
                 */
                began_at?: string | null;
                /**
                 * Format: int64
                 * @description How long the last attempt took, in whole milliseconds: 0 is less than one.
                 */
                took_ms?: number | null;
                /**
                 * Format: date-time
                 * @description When the next attempt, or the timer, is due.
                 */
                waits_until?: string | null;
                /** @description What the agent waits for, in its own words: a result, or its turn to ask. */
                waits_for?: string | null;
                /** @description The session of a persistent agent that the delivery asked. */
                asked?: components["schemas"]["RunAsked"] | null;
                /** @description The task that the delivery sent to an entry point. */
                task?: components["schemas"]["RunTask"] | null;
                /** @description Why the delivery failed, for good or until its next attempt. */
                error?: components["schemas"]["Failure"] | null;
                /** @description The id of the failure, by which it is replayed (`failures/{failure}/replay`); only of a delivery that failed for good. */
                failure_id?: string | null;
                /**
                 * Format: date-time
                 * @description When the delivery was replayed.
                 */
                replayed_at?: string | null;
                /** @description The event as which the delivery was replayed in another version, in a run of its own. */
                replayed_as?: string | null;
                /** @description The events that the delivery emitted. */
                event_ids: string[];
                /** @description The events that the delivery emitted. Events that are too deep stand at the top instead. */
                events: components["schemas"]["RunEvent"][];
            }[];
            /** @description The first event. Events whose cause is not shown in this tree, or too deep in it, stand here, too. */
            events: components["schemas"]["RunEvent"][];
            /** @description Deliveries whose event is not shown, because it is no longer kept or in another part of a very large run. */
            deliveries?: {
                /** @description The delivery's id. */
                id: string;
                /** @description The agent that gets the event. */
                cell_id: string;
                /** @description What became of the delivery. */
                state: components["schemas"]["RunState"];
                /** @description The links by which the event came; none for timers and checks. */
                links: string[];
                /**
                 * Format: uint32
                 * @description The arm: 0, and one more for each replay.
                 */
                arm: number;
                /**
                 * Format: uint32
                 * @description The number of the last attempt, from 0; while the delivery waits, that of the next one.
                 */
                attempt: number;
                /**
                 * Format: date-time
                 * @description When the last attempt began. Deliveries that were stored together with their event began with it.
                 */
                began_at?: string | null;
                /**
                 * Format: int64
                 * @description How long the last attempt took, in whole milliseconds: 0 is less than one.
                 */
                took_ms?: number | null;
                /**
                 * Format: date-time
                 * @description When the next attempt, or the timer, is due.
                 */
                waits_until?: string | null;
                /** @description What the agent waits for, in its own words: a result, or its turn to ask. */
                waits_for?: string | null;
                /** @description The session of a persistent agent that the delivery asked. */
                asked?: components["schemas"]["RunAsked"] | null;
                /** @description The task that the delivery sent to an entry point. */
                task?: components["schemas"]["RunTask"] | null;
                /** @description Why the delivery failed, for good or until its next attempt. */
                error?: components["schemas"]["Failure"] | null;
                /** @description The id of the failure, by which it is replayed (`failures/{failure}/replay`); only of a delivery that failed for good. */
                failure_id?: string | null;
                /**
                 * Format: date-time
                 * @description When the delivery was replayed.
                 */
                replayed_at?: string | null;
                /** @description The event as which the delivery was replayed in another version, in a run of its own. */
                replayed_as?: string | null;
                /** @description The events that the delivery emitted. */
                event_ids: string[];
                /** @description The events that the delivery emitted. Events that are too deep stand at the top instead. */
                events: components["schemas"]["RunEvent"][];
            }[];
        };
        /** @description A session of a persistent agent that was asked. */
        RunAsked: {
            /** @description The agent's name. */
            agent: string;
            /** @description The id of the agent's instance. */
            instance: string;
            /** @description The session's name. */
            session: string;
            /** @description The run of the operation that answers, once it has its place in the session. */
            run_id?: string | null;
        };
        /** @description An event of a run, with its deliveries. */
        RunEvent: {
            /** @description The event's id. */
            id: string;
            /** @description The event's run. */
            run_id: string;
            /**
             * Format: uint64
             * @description The workflow version that its run is pinned to.
             */
            version: number;
            /** @description The agent that emitted the event. */
            cell_id: string;
            /** @description The groups that links choose by. */
            groups: string[];
            /** @description The payload, as it came. It is left out, with `payload_omitted`, where `payloads` says so, and in an answer that would be too large: read the event by its id. */
            payload?: unknown;
            /** @description The payload is left out here. */
            payload_omitted?: boolean;
            /**
             * Format: date-time
             * @description When the event was committed.
             */
            created_at: string;
            /**
             * Format: uint16
             * @description How many deliveries lie between the beginning of the run and the event.
             */
            hop: number;
            /** @description What the event came of; none for the first event of a run. */
            cause?: components["schemas"]["Cause"] | null;
            /** @description The deliveries: one for each agent that a matching link leads to, and for each of its replays; then the timers. */
            deliveries: {
                /** @description The delivery's id. */
                id: string;
                /** @description The agent that gets the event. */
                cell_id: string;
                /** @description What became of the delivery. */
                state: components["schemas"]["RunState"];
                /** @description The links by which the event came; none for timers and checks. */
                links: string[];
                /**
                 * Format: uint32
                 * @description The arm: 0, and one more for each replay.
                 */
                arm: number;
                /**
                 * Format: uint32
                 * @description The number of the last attempt, from 0; while the delivery waits, that of the next one.
                 */
                attempt: number;
                /**
                 * Format: date-time
                 * @description When the last attempt began. Deliveries that were stored together with their event began with it.
                 */
                began_at?: string | null;
                /**
                 * Format: int64
                 * @description How long the last attempt took, in whole milliseconds: 0 is less than one.
                 */
                took_ms?: number | null;
                /**
                 * Format: date-time
                 * @description When the next attempt, or the timer, is due.
                 */
                waits_until?: string | null;
                /** @description What the agent waits for, in its own words: a result, or its turn to ask. */
                waits_for?: string | null;
                /** @description The session of a persistent agent that the delivery asked. */
                asked?: components["schemas"]["RunAsked"] | null;
                /** @description The task that the delivery sent to an entry point. */
                task?: components["schemas"]["RunTask"] | null;
                /** @description Why the delivery failed, for good or until its next attempt. */
                error?: components["schemas"]["Failure"] | null;
                /** @description The id of the failure, by which it is replayed (`failures/{failure}/replay`); only of a delivery that failed for good. */
                failure_id?: string | null;
                /**
                 * Format: date-time
                 * @description When the delivery was replayed.
                 */
                replayed_at?: string | null;
                /** @description The event as which the delivery was replayed in another version, in a run of its own. */
                replayed_as?: string | null;
                /** @description The events that the delivery emitted. */
                event_ids: string[];
                /** @description The events that the delivery emitted. Events that are too deep stand at the top instead. */
                events: components["schemas"]["RunEvent"][];
            }[];
        };
        /** @description The task that began a run. */
        RunOrigin: {
            /** @description The connection that the task came over. */
            connection_token: string;
            /** @description The task's id, with which a reply says what it answers; null if its sender gave it none. */
            task_id: string | null;
            /** @description The project that sent it. */
            client_project_id: string;
            /** @description The deployment of that project; null for this one. */
            client_deployment: string | null;
            /** @description The workflow that sent it, if it is of the same project. */
            workflow_id?: string | null;
            /** @description The run that sent it, if it is of the same project. */
            run_id?: string | null;
            /**
             * Format: date-time
             * @description Until when its sender waits for a reply.
             */
            deadline?: string | null;
        };
        /** @description What became of a delivery, or of a run. */
        RunState: "running" | "pending" | "waiting" | "scheduled" | "done" | "failed" | "unknown" | string;
        /** @description A run in a list. */
        RunSummary: {
            /** @description The run's id. */
            id: string;
            /**
             * Format: date-time
             * @description When the run began.
             */
            created_at: string;
            /**
             * Format: uint64
             * @description The workflow version that it is pinned to.
             */
            version: number;
            /** @description The agent that emitted the run's first event. */
            cell_id: string;
            /** @description The groups of the first event. */
            groups: string[];
            /** @description The payload of the first event, where `payloads` asks for it. */
            payload?: unknown;
            /** @description `payloads` asks for the payload, which is too large here: read the event with the run's id. */
            payload_omitted?: boolean;
            /**
             * @description How it stands with the run; null for one that is too large to be judged in a list. Parts that failed show in `failure_count` also while
             *     others are in flight.
             */
            state: components["schemas"]["ListedState"] | null;
            /**
             * Format: uint64
             * @description How many events the run has; about, if it is too large to be judged.
             */
            event_count: number;
            /**
             * Format: uint64
             * @description How many of its deliveries failed for good and were not replayed; null if it is too large to be judged.
             */
            failure_count: number | null;
            /**
             * Format: date-time
             * @description When its last event was committed; null if it is too large to be judged.
             */
            last_event_at: string | null;
        };
        /** @description A task that was sent to an entry point. */
        RunTask: {
            /** @description The task's id. */
            id: string;
            /** @description The connection that it went over. */
            connection_token: string;
            /** @description The project that provides the entry point. */
            project_id: string;
            /** @description The workflow that provides it, if it is of the same project. */
            workflow_id?: string | null;
            /** @description The run that the task begins, if it is of this deployment. */
            run_id?: string | null;
        };
        /** @description The version in which something is done again. */
        RunVersion: "newest" | "run";
        /** @description What a person says with an answer. */
        Said: {
            /** @description Why, if that is to be told: at most 2,000 characters. */
            comment?: string;
        };
        /** @description The `meta` in the answer to a save, check, build, start or stop. */
        SaveResult: {
            /** @description All that keeps the workflow from being built. */
            errors: components["schemas"]["Problem"][];
            /**
             * Format: uint
             * @description How many problems there are.
             */
            error_count: number;
            /**
             * @description What does not keep the workflow from being built, but will go wrong when it runs, or is hardly meant: credentials that are not set
             *     (if a hook is verified by such a credential, the workflow is not started), persistent agents that are not defined, and links whose
             *     group may never come.
             */
            warnings: components["schemas"]["Problem"][];
            /**
             * Format: uint
             * @description How many agents the workflow has.
             */
            agent_count: number;
            /**
             * Format: uint64
             * @description The version that the result is about.
             */
            version: number;
        };
        /** @description A persistent agent, with the texts of a version, and what is wrong with them. */
        SavedAgent: {
            data: components["schemas"]["PersistentAgentWithText"];
            meta: components["schemas"]["Judged"];
        };
        /** @description A workflow, with the problems that were found in it. */
        SavedWorkflow: {
            /** @description `ok`: the request was done. The workflow may have problems all the same. */
            status: string;
            data: components["schemas"]["Workflow"];
            meta: components["schemas"]["SaveResult"];
        };
        /** @description When an agent is checked. */
        Schedule: {
            /** @description The schedule's text, as it was written. */
            spec: string;
            /**
             * Format: date-time
             * @description The next due time for which no check was sent yet.
             */
            next_due: string | null;
            /**
             * Format: date-time
             * @description The last due time whose check was handled.
             */
            last_due: string | null;
            /**
             * Format: uint64
             * @description How many due times were left out because a later one was overdue, too.
             */
            skipped: number;
        };
        /** @description A schedule. */
        SchedulePreview: {
            /** @description The schedule, as it stands in the config of an agent. */
            schedule: string;
            /**
             * Format: uint8
             * @description How many due times are shown: 1 to 50, 5 when it is left out.
             * @default 5
             */
            count: number;
            /**
             * Format: date-time
             * @description After which time; now when it is left out.
             */
            from?: string;
        };
        /** @description What a provider attached to a part, and wants back unchanged: a signature, or encrypted thoughts. */
        Seal: {
            /** @description The wire that the seal came over. It is sent back over this wire only. */
            wire: string;
            /** @description The seal itself. */
            text: string;
        };
        /** @description A segment. */
        Segment: {
            /** @description Its id. */
            id: string;
            /** @description What people call it. */
            name: string;
            /** @description The kind of its records. */
            kind: string;
            /** @description Its condition. */
            condition: unknown;
            /** @description `filling` while records that were there before are looked through; `ready`. */
            state: components["schemas"]["SegmentState"];
            /**
             * Format: uint64
             * @description How many records are in it.
             */
            size: number;
            /** @description How far it is filled. */
            progress: components["schemas"]["SegmentProgress"];
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
        };
        /** @description A segment as it is sent. */
        SegmentInput: {
            /** @description What people call it. */
            name: string;
            /** @description The kind of its records, which never changes. */
            kind: string;
            /**
             * @description The condition, as that of an agent of type `condition`: `{"path", "operator", "value"}`, or several under `all`, `any` or `not`. Paths
             *     lead into the attributes.
             */
            condition: unknown;
        };
        /** @description How far a segment is filled. */
        SegmentProgress: {
            /**
             * Format: uint64
             * @description How many records were looked through.
             */
            done: number;
            /**
             * Format: uint64
             * @description How many there are to look through, about.
             */
            total: number;
        };
        /** @description How it stands with a segment. */
        SegmentState: "filling" | "ready";
        /** @description A session. */
        Session: {
            /** @description The agent. */
            agent: string;
            /** @description The id of the agent's instance. */
            instance: string;
            /** @description The session's name. */
            session: string;
            /**
             * Format: date-time
             * @description When something was first asked in it.
             */
            created_at: string;
            /**
             * Format: uint64
             * @description How many prompts and dispatches it was given so far.
             */
            operations: number;
            /**
             * Format: uint64
             * @description The number of the last event.
             */
            last_event: number;
            /** @description What runs. */
            running?: string | null;
            /**
             * Format: uint
             * @description How many wait.
             */
            waiting: number;
        };
        /** @description The delivery of a workflow that asked, and waits for the end. */
        SessionAskedBy: {
            /** @description The workflow. */
            workflow_id: string;
            /** @description The workflow's run. */
            run_id: string;
            /** @description The cell that asked. */
            cell_id: string;
            /** @description The event that the cell handles. */
            event_id: string;
        };
        /** @description Why there is no answer. */
        SessionError: {
            /** @description A word for programs. */
            code: string;
            /** @description What is wrong and what helps, for people. */
            message: string;
            /** @description What the model's provider said. */
            dev?: string | null;
        };
        /** @description Something that happened in a session. */
        SessionEvent: {
            /**
             * Format: uint64
             * @description Its number: they begin with 1, and have no gap.
             */
            number: number;
            /**
             * @description `op_start`, `message`, `tool_start`, `tool_result`, `op_end`; `cleared`, when what was before was deleted; or `copied`, a
             *     message of the session that this one is a fork of.
             */
            type: string;
            /** @description The run that it belongs to. */
            run_id: string;
            /**
             * Format: date-time
             * @description When it happened.
             */
            at: string;
            /** @description What was said. */
            message?: components["schemas"]["Message"] | null;
            /** @description What the model took for it. */
            usage?: components["schemas"]["Usage"] | null;
            /** @description What that cost; none for a model whose price was not known. */
            cost?: components["schemas"]["Cost"] | null;
            /** @description The model that said it. */
            model?: string | null;
            /** @description Why the model stopped there. */
            stop?: components["schemas"]["Stop"] | null;
            /** @description The id of the tool call that begins. */
            call?: string | null;
            /** @description What a tool gave. */
            result?: components["schemas"]["ToolResult"] | null;
            /** @description The delivery of a workflow that asked, at the start of a run that a workflow asked for. */
            asked_by?: components["schemas"]["SessionAskedBy"] | null;
            /** @description How the run ended, with its last event. */
            state?: string | null;
            /** @description Why it has no answer. */
            error?: components["schemas"]["SessionError"] | null;
        };
        /** @description Some of a session's events. */
        SessionEvents: {
            data: components["schemas"]["SessionEvent"][];
            meta: components["schemas"]["SessionEventsMeta"];
        };
        /** @description Where events go on. */
        SessionEventsMeta: {
            /**
             * Format: uint64
             * @description The `after` with which to go on.
             */
            next_after: number;
            /** @description Whether there are more already. */
            more: boolean;
        };
        /** @description A file of a session. */
        SessionFile: {
            /** @description The path. */
            path: string;
            /**
             * Format: uint64
             * @description The bytes of its text.
             */
            bytes: number;
            /**
             * Format: date-time
             * @description When it was written last.
             */
            changed_at: string;
        };
        /** @description A file with its text. */
        SessionFileText: {
            /** @description The path. */
            path: string;
            /**
             * Format: uint64
             * @description The bytes of its text.
             */
            bytes: number;
            /**
             * Format: date-time
             * @description When it was written last.
             */
            changed_at: string;
            /** @description The text. */
            text: string;
        };
        /** @description Something that was said. */
        SessionMessage: {
            /**
             * Format: uint64
             * @description The number of its event.
             */
            number: number;
            /** @description The run that it belongs to. */
            run_id: string;
            /**
             * @description How it stands with that: `running`, `succeeded`, `failed`, `aborted`, `cancelled` or `expired`. Only what succeeded is told to
             *     the model again.
             */
            state: string;
            /**
             * Format: date-time
             * @description When it was said.
             */
            at: string;
            /** @description Who says it. */
            role: components["schemas"]["MessageRole"];
            /** @description What is said, in order. */
            parts: components["schemas"]["Part"][];
            /** @description What the model took for it. */
            usage?: components["schemas"]["Usage"] | null;
            /** @description What that cost; none for a model whose price was not known. */
            cost?: components["schemas"]["Cost"] | null;
            /** @description The model that said it. */
            model?: string | null;
        };
        /** @description Something that runs or waits. */
        SessionOperation: {
            /** @description Its run. */
            run_id: string;
            /** @description `running` or `waiting`. */
            state: string;
            /** @description What is asked. */
            message: string;
            /**
             * @description What it is: a `prompt`, a `dispatch`, the question of a `cell`, the `deletion` of the session, or the `fork` that
             *     makes it.
             */
            source: string;
            /**
             * Format: date-time
             * @description When it was asked.
             */
            at: string;
            /** @description The delivery of a workflow that waits for the end, if it is the question of a cell. */
            asked_by?: components["schemas"]["SessionAskedBy"] | null;
        };
        /** @description What the models took in a session so far. */
        SessionUsage: {
            /**
             * Format: uint64
             * @description Tokens that were read and not cached.
             */
            input: number;
            /**
             * Format: uint64
             * @description Tokens that were written, with those of thoughts.
             */
            output: number;
            /**
             * Format: uint64
             * @description Tokens that were read from the provider's cache.
             */
            cache_read: number;
            /**
             * Format: uint64
             * @description Tokens that were read and put into the provider's cache.
             */
            cache_write: number;
            /**
             * Format: uint64
             * @description All tokens.
             */
            total_tokens: number;
            /**
             * @description In US dollars; zeros where prices are not known.
             * @default {
             *       "input": 0,
             *       "output": 0,
             *       "cache_read": 0,
             *       "cache_write": 0,
             *       "total": 0
             *     }
             */
            cost: components["schemas"]["Cost"];
            /** @description Whether `cost` is all of it. False if the price of a model was not known: then `cost` is that of the others. */
            cost_known: boolean;
        };
        /** @description What changed, and where the next answer begins. */
        ShownChanges: {
            data: components["schemas"]["Changes"];
            /** @description Where the next answer begins. */
            meta: {
                /** @description The `after` of the next request. */
                next_cursor: string;
            };
        };
        /** @description A run, and whether this is all of it. */
        ShownRun: {
            data: components["schemas"]["Run"];
            /** @description Whether a run is shown whole. */
            meta: {
                /** @description The run is too large for one answer: this is a part of it, in no particular order. The first part has the first event. */
                truncated: boolean;
                /** @description The `cursor` of the next part; null at the end. */
                next_cursor: string | null;
            };
        };
        /** @description The body that signs in. */
        SignIn: {
            /** @description A key of a project, or the root key. */
            key: string;
        };
        /** @description Who is signed in. */
        SignedIn: {
            /** @description Whether callers need a key. */
            auth: components["schemas"]["Needed"];
            /** @description Whether the request has a good cookie, or a key. */
            signed_in: boolean;
            /** @description The project of the key; null for the root key. */
            project_id: string | null;
            /** @description What the caller may do; null for a caller who is not known. Where no key is needed, everybody may do what the root key may. */
            role: components["schemas"]["Granted"] | null;
            /** @description What people call the key; null for the root key. */
            key_name: string | null;
            /**
             * Format: date-time
             * @description Until when the cookie is good.
             */
            expires_at: string | null;
        };
        /** @description Whether a workflow runs. */
        State: "new" | "active" | "paused";
        /** @description Why a model ended its answer. */
        Stop: "end" | "tools" | "length" | "refused";
        /** @description What may be said along. */
        Switch: {
            /**
             * @description Taken for the sake of those who know it from Huginn. No event waits for an agent that is disabled, so there is nothing to drop.
             * @default false
             */
            drop_pending_events: boolean;
        };
        /** @description A task that a project has sent. */
        Task: {
            /** @description Its id. */
            id: string;
            /** @description The connection that it goes over. */
            connection_token: string;
            /** @description Its type. */
            type: string;
            /** @description What it says. */
            payload: unknown;
            /** @description The task of the other side that it answers. */
            reply_to: string | null;
            /** @description `pending` while it is still to be sent, or to be sent again; `delivered`, or `failed`. */
            state: components["schemas"]["TaskState"];
            /** @description Why it was not delivered, or not yet. */
            problem: string | null;
            /**
             * Format: uint32
             * @description How often it was sent in vain.
             */
            failed_attempts: number;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
        };
        /** @description What became of a task that was sent. */
        TaskState: "pending" | "delivered" | "failed";
        /** @description A template, and what it is rendered for. */
        TemplatePreview: {
            /** @description A text, or any JSON whose texts are templates. */
            template: unknown;
            /** @description The payload of the event that it is rendered for: `{}` when it is left out. */
            payload?: unknown;
            /**
             * @description What the variable `event` has, besides an `id` and a time that are made up.
             * @default {}
             */
            event: {
                [key: string]: unknown;
            };
            /**
             * @description What the variable `agent` has: `cell_id` and `name`.
             * @default {}
             */
            agent: {
                [key: string]: unknown;
            };
        };
        /** @description What was passed over in a template. */
        TemplateWarning: {
            /** @description Where in the JSON the text stands, like `items[2].name`; empty for a single text. */
            path: string;
            /**
             * Format: uint
             * @description The number of the line in that text, from 1.
             */
            line: number;
            /** @description What was passed over, or how it is read. */
            message: string;
        };
        /** @description A model's thoughts, or the summary that its provider gives of them. */
        Thinking: {
            /** @description The text; empty where the provider keeps it to itself. */
            text: string;
            /** @description What the provider wants back with the thoughts. */
            seal?: components["schemas"]["Seal"] | null;
        };
        /** @description Whom a task is for. */
        To: components["schemas"]["All"] | components["schemas"]["Part"];
        /** @description A tool that the model asks for. */
        ToolCall: {
            /** @description The call's id: its result names it. No two calls of a conversation have the same. */
            id: string;
            /** @description The tool's name. */
            name: string;
            /** @description The arguments. */
            args: components["schemas"]["Args"];
            /** @description What the provider wants back with the call. */
            seal?: components["schemas"]["Seal"] | null;
        };
        /** @description What came of a tool call. */
        ToolResult: {
            /** @description The id of the call. */
            call: string;
            /** @description Whether the tool failed. */
            is_error: boolean;
            /** @description What the model is told. */
            text: string;
        };
        /** @description What is tried, and with what. */
        Try: {
            /** @description The agent cell, as it is drawn. */
            cell: {
                [key: string]: unknown;
            };
            /**
             * @description The workflow that the cell is drawn in. Its saved links lead to the agent, and if its last built version has the cell as an agent of
             *     the same type, the agent has that one's memory.
             */
            workflow_id?: string;
            /** @description The event that the agent gets: `{"payload": {...}}`. Without an event, the agent is checked, if its type checks anything. */
            event?: components["schemas"]["NewEvent"];
            /** @description The id of a stored event of the workflow, in place of `event`. */
            event_id?: string;
            /** @description The memory that the agent begins with; without it, the stored one, if there is any. `null` is an empty one. */
            memory?: unknown;
            /**
             * @description Whether the agent may make outside calls. Those that it makes, or would make, are in `calls`. External agents, persistent agents and
             *     entry points are asked in no dry run.
             * @default false
             */
            outside_calls: boolean;
        };
        /** @description The tokens of one call of a model, or of several. */
        Usage: {
            /**
             * Format: uint64
             * @description Tokens that were read and not cached.
             */
            input: number;
            /**
             * Format: uint64
             * @description Tokens that were written, with those of thoughts.
             */
            output: number;
            /**
             * Format: uint64
             * @description Tokens that were read from the provider's cache.
             */
            cache_read: number;
            /**
             * Format: uint64
             * @description Tokens that were read and put into the provider's cache.
             */
            cache_write: number;
            /**
             * Format: uint64
             * @description All tokens.
             */
            total_tokens: number;
        };
        /** @description A version in full. */
        Version: {
            /**
             * Format: uint64
             * @description The version's number, from 1.
             */
            version: number;
            /** @description The workflow's name in this version. */
            name: string;
            /**
             * Format: date-time
             * @description When the version was saved.
             */
            created_at: string;
            /**
             * Format: uint64
             * @description How many agents the version has.
             */
            agent_count: number;
            /**
             * Format: uint64
             * @description How many problems were found when the version was saved.
             */
            error_count: number;
            /**
             * Format: uint64
             * @description The version that this one is a copy of.
             */
            restored_from?: number | null;
            /** @description The canvas, as it came. */
            options: unknown;
        };
        /** @description A version, without its options. */
        VersionInfo: {
            /**
             * Format: uint64
             * @description The version's number, from 1.
             */
            version: number;
            /** @description The workflow's name in this version. */
            name: string;
            /**
             * Format: date-time
             * @description When the version was saved.
             */
            created_at: string;
            /**
             * Format: uint64
             * @description How many agents the version has.
             */
            agent_count: number;
            /**
             * Format: uint64
             * @description How many problems were found when the version was saved.
             */
            error_count: number;
            /**
             * Format: uint64
             * @description The version that this one is a copy of.
             */
            restored_from?: number | null;
        };
        /** @description A workflow. */
        Workflow: {
            /** @description The workflow's id. */
            id: string;
            /** @description What people call the workflow. */
            name: string;
            /** @description What the workflow is for. */
            description: string;
            /** @description Its tags. */
            tags: string[];
            /** @description Whether the workflow runs. */
            state: components["schemas"]["State"];
            /**
             * Format: uint64
             * @description The last saved version.
             */
            version: number;
            /**
             * Format: uint64
             * @description The last built version, which new runs are pinned to; 0 before the first build.
             */
            built_version: number;
            /** @description The canvas, as it came. */
            options?: unknown;
            /**
             * Format: date-time
             * @description When the workflow was made.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the workflow was last saved, built, started or stopped.
             */
            updated_at: string;
        };
        /** @description A change of a workflow. */
        WorkflowChange: {
            /** @description The new name. Without it, the name stays. */
            name?: string;
            /** @description The new canvas, which is given back byte for byte. Without it, the canvas stays. */
            options?: {
                [key: string]: unknown;
            };
            /**
             * Format: uint32
             * @description The version that the change is based on. If it is not the last version, nothing is saved (409).
             */
            version?: number;
        };
        /** @description A workflow as a file. */
        WorkflowFile: {
            /** @description `rookery.workflow/1`. */
            format: string;
            /** @description What people call the workflow: 1 to 200 characters. */
            name: string;
            /** @description What the workflow is for: up to 2,000 characters. */
            description?: string;
            /** @description Its tags: up to 20, each of 1 to 50 characters. */
            tags?: string[];
            /**
             * @description What the project must have for the workflow to run. An import need not have it, and does not read it.
             * @default {
             *       "credentials": [],
             *       "agents": [],
             *       "entry_points": []
             *     }
             */
            needs: components["schemas"]["Needs"];
            /** @description The canvas: `{"cells": [...]}`. */
            options: unknown;
        };
        /** @description What became of one of them. */
        WorkflowOutcome: {
            /** @description The workflow. */
            id: string;
            outcome: "started" | "stopped" | "unchanged" | "failed";
            /** @description Why it failed, as the same request for this workflow alone would say. */
            error?: {
                /** @description The stable type, in snake case. */
                type: string;
                /** @description What is wrong. */
                message: string;
                /** @description What to do about it. */
                details: string;
                /** @description Details for programs. `retry_after_seconds` says when to come again, as the header `Retry-After` does. */
                meta?: unknown;
            } | null;
        };
        /** @description Whether an agent does what is expected of it. */
        Working: {
            /** @description Whether it does. */
            is_working: boolean;
            /** @description What is missing. */
            reason?: string | null;
        };
        /** @description A record that was written. */
        WrittenRecord: {
            /** @description Its kind. */
            kind: string;
            /** @description Its id. */
            id: string;
            /** @description What became of it. */
            outcome: components["schemas"]["RecordOutcome"];
        };
    };
    responses: {
        /** @description An error. */
        Error: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    agent_card_own: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    jwks_show: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    admin_agents: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 1000, 100 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAdminAgents"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    admin_instances: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 1000, 100 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAdminInstances"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    admin_runs_of_instance: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 1000, 100 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `nextCursor` of the page before. */
                cursor?: string;
                /** @description Only runs that are `active`, `completed` or `errored`. */
                status?: string;
            };
            header?: never;
            path: {
                name: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAdminRuns"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    admin_runs: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 1000, 100 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `nextCursor` of the page before. */
                cursor?: string;
                /** @description Only runs that are `active`, `completed` or `errored`. */
                status?: string;
                /** @description Only those of this agent. */
                agentName?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAdminRuns"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    admin_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueRun"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listing_agents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAgents"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    socket_agent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The socket is open. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    prompts_ask: {
        parameters: {
            query?: never;
            header?: {
                /** @description With `text/event-stream`, the answer comes while it is made. */
                Accept?: string;
                /** @description With `true`, the message is taken to be answered in its turn, and nobody waits (202). */
                "X-Webhook"?: string;
                /** @description Who sends the same with the same key again follows what was begun by it. */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Message"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueResult"];
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    dispatch_take: {
        parameters: {
            query?: never;
            header?: {
                /** @description Who sends the same with the same key again follows what was begun by it. */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Dispatch"];
            };
        };
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueDispatched"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agent_protocol_collect: {
        parameters: {
            query?: never;
            header?: {
                "X-Callback-Token"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Taken, now or before. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Held until its request is acknowledged. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    agent_protocol_execute: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body is the same request, however often it is sent. */
                "Idempotency-Key"?: string;
                /** @description Where the outcome is posted. */
                "X-Callback-Url"?: string;
                /** @description What is sent along with the outcome, in a header of the same name. */
                "X-Callback-Token"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acknowledged"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    catalogue_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
                /** @description Only those that have all of these words in their title, description or ids. */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["EntryPoint"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    projects_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["Project"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    projects_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectInput"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Project"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    projects_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Project"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    projects_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    projects_rename: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectInput"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Project"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    definitions_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["PersistentAgent"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    definitions_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedAgent"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    definitions_save: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DefinitionChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedAgent"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    definitions_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    definitions_check: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DefinitionText"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Judged"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    instances_instances: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["AgentInstance"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    instances_sessions: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                agent: string;
                instance: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["ListedSession"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    sessions_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                agent: string;
                instance: string;
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Session"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    sessions_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                agent: string;
                instance: string;
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    sessions_events: {
        parameters: {
            query?: {
                /** @description The number of the last event that is known; 0 when it is left out. */
                after?: string;
                /** @description How many events an answer has at most, unless it is a stream. */
                limit?: number;
            };
            header?: {
                /** @description With `text/event-stream`, each event is sent when it happens. */
                Accept?: string;
                /** @description As `after`, where that is left out. */
                "Last-Event-ID"?: string;
            };
            path: {
                project: string;
                agent: string;
                instance: string;
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionEvents"];
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    session_files_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                agent: string;
                instance: string;
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["SessionFile"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    session_files_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                agent: string;
                instance: string;
                session: string;
                file: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["SessionFileText"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    session_fork_fork: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                agent: string;
                instance: string;
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForkInput"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Forked"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    sessions_messages: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                agent: string;
                instance: string;
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["SessionMessage"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    sessions_operations: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                agent: string;
                instance: string;
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["SessionOperation"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    sessions_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                agent: string;
                instance: string;
                session: string;
                operation: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["CancelledOperation"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    sessions_usage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                agent: string;
                instance: string;
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["SessionUsage"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    definitions_versions: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["DefinitionVersion"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    definitions_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                agent: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["AgentVersion"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    definitions_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                agent: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedAgent"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    api_keys_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["ApiKey"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    api_keys_create: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyInput"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["NewKey"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    api_keys_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                api_key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    connections_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
                /** @description `agent` for the connections of the project's entry points, `client` for those of its stages. One of them must be given. */
                role?: string;
                /** @description Only those of this entry point: who uses it, or where it is used. */
                agent_stage_id?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["Connection"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    connections_accept: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Connection"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    connections_refuse: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Connection"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    connections_revoke: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Connection"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    connections_rotate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Connection"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    credentials_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["Credential"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    credentials_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                credential: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CredentialInput"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["CredentialSet"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    credentials_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                credential: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["CredentialForgotten"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    failures_list_of_project: {
        parameters: {
            query?: {
                /** @description Only those of this agent: the id of its cell. */
                agent?: string;
                /** @description Only those with this code. */
                code?: string;
                /** @description Only those of agents of this version of the workflow. Failures that an earlier program stored have none. */
                version?: string;
                /** @description Only those that were replayed (`true`), or that were not (`false`). */
                replayed?: string;
                /** @description Only what failed from this time on (RFC 3339). */
                from?: string;
                /** @description Only what failed up to this time (RFC 3339). */
                to?: string;
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
                /** @description Only those of this workflow. */
                workflow?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: {
                            /** @description The workflow. */
                            workflow_id: string;
                            /** @description What people call the workflow. */
                            workflow_name: string;
                            /** @description The failure's id. */
                            id: string;
                            /** @description The run. */
                            run_id: string;
                            /**
                             * Format: uint64
                             * @description The version whose agent failed; null where an earlier program stored the failure.
                             */
                            version: number | null;
                            /** @description The agent that failed. */
                            cell_id: string;
                            /** @description The event that the agent failed on; none for a check. */
                            event_id?: string | null;
                            /** @description The stable code, in snake case. */
                            code: string;
                            /** @description What went wrong, and the remedy. */
                            message: string;
                            /** @description Further details, like the answer of an outside call. */
                            details?: unknown;
                            /**
                             * Format: date-time
                             * @description When the delivery failed for good.
                             */
                            failed_at: string;
                            /**
                             * Format: uint32
                             * @description How often the delivery was tried.
                             */
                            attempts: number;
                            /**
                             * Format: date-time
                             * @description When the failure was replayed.
                             */
                            replayed_at?: string | null;
                            /** @description The event as which the failure was replayed in another version: its run is the replay. */
                            replayed_as?: string | null;
                        }[];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                            /**
                             * Format: uint
                             * @description How many entries were looked at for this page. A filtered page ends when that is enough, however few rows it has: go on with the cursor.
                             */
                            looked_at: number;
                            /** @description The project has more than 200 workflows, and the list is of the 200 that were changed last. Name others by `workflow`. */
                            workflows_left_out?: boolean;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    record_lists_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["RecordList"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    record_lists_create: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListInput"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["RecordList"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    record_lists_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                list: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["RecordList"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    record_lists_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                list: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ListInput"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["RecordList"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    record_lists_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                list: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    record_lists_add: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                list: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewEntries"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["ListEntry"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    record_lists_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                list: string;
                kind: string;
                record: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    record_lists_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                list: string;
                kind: string;
                record: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EntryStage"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["ListEntry"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    overview_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Overview"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    records_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
                /** @description Only those of this kind. */
                kind?: string;
                /** @description Only those in this segment. */
                segment?: string;
                /** @description Only those in this list. */
                list?: string;
                /** @description Only those at this stage of the list. */
                stage?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["Record"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    records_write: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body finishes what was begun, and gives the same answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewRecords"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["WrittenRecord"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    records_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                kind: string;
                record: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Record"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    records_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                kind: string;
                record: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordAttributes"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Record"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    records_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                kind: string;
                record: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    records_patch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                kind: string;
                record: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordAttributes"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Record"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    requests_list_of_project: {
        parameters: {
            query?: {
                /** @description Only those in this state: calling, outstanding, answered, expired, failed or cancelled; `open` is calling or outstanding. */
                state?: string;
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
                /** @description Only those of this workflow. */
                workflow?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: {
                            /** @description The workflow. */
                            workflow_id: string;
                            /** @description What people call the workflow. */
                            workflow_name: string;
                            /** @description The request's id. */
                            id: string;
                            /** @description The run. */
                            run_id: string;
                            /** @description The event that the request was made for. */
                            event_id: string;
                            /** @description The agent that made the request. */
                            cell_id: string;
                            /** @description What has become of the request. */
                            state: components["schemas"]["RequestState"];
                            /** @description What a person is asked, if it is a question to one. */
                            question?: string | null;
                            /** @description What the person should know to answer. Not shown in lists. */
                            details?: string | null;
                            /** @description The external agent's base URL, if it is a request to one. */
                            endpoint?: string | null;
                            /** @description How the external agent's result proves its sender. */
                            callback_auth?: components["schemas"]["CallbackAuth"] | null;
                            /** @description The ids by which the callee acknowledged the request: several when the call was repeated. */
                            request_ids: string[];
                            /**
                             * Format: uint32
                             * @description How often the request was sent.
                             */
                            attempts: number;
                            /**
                             * Format: date-time
                             * @description When the request was first sent.
                             */
                            created_at: string;
                            /**
                             * Format: date-time
                             * @description When the request was first acknowledged.
                             */
                            acknowledged_at: string | null;
                            /**
                             * Format: date-time
                             * @description When the request was answered, expired, failed or was cancelled.
                             */
                            ended_at: string | null;
                            /**
                             * Format: date-time
                             * @description Until when a result is accepted.
                             */
                            deadline: string;
                            /**
                             * Format: date-time
                             * @description When a result came too late.
                             */
                            late_result_at?: string | null;
                            /**
                             * @description The result, as it was posted, without the credentials of the call; or what a person decided: `{"approved", "by", "comment", "at"}`. Not
                             *     shown in lists.
                             */
                            result?: unknown;
                            /** @description Why the call failed. */
                            error?: components["schemas"]["Failure"] | null;
                        }[];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                            /**
                             * Format: uint
                             * @description How many entries were looked at for this page. A filtered page ends when that is enough, however few rows it has: go on with the cursor.
                             */
                            looked_at: number;
                            /** @description The project has more than 200 workflows, and the list is of the 200 that were changed last. Name others by `workflow`. */
                            workflows_left_out?: boolean;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    run_list_list_of_project: {
        parameters: {
            query?: {
                /** @description Only those in this state: in_flight, waiting, failed or done; and those that are too large to be judged. Failed ones are found by their failures, and come in the order of these; the others by looking at runs, 200 for a page. */
                state?: string;
                /** @description Only those that are pinned to this version. */
                version?: string;
                /** @description Only those that this agent began: the id of a trigger's cell. Runs in which another agent took part are found by its events (`GET .../events?agent=`). */
                agent?: string;
                /** @description Shows the payload with which each run began: `short` only those of up to 10,000 bytes, `true` all, as many as one answer may have. Without it, and with `false`, none. */
                payloads?: string;
                /** @description Only those that began at this time or later (RFC 3339). */
                from?: string;
                /** @description Only those that began up to this time (RFC 3339). */
                to?: string;
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
                /** @description Only those of this workflow. */
                workflow?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: {
                            /** @description The workflow. */
                            workflow_id: string;
                            /** @description What people call the workflow. */
                            workflow_name: string;
                            /** @description The run's id. */
                            id: string;
                            /**
                             * Format: date-time
                             * @description When the run began.
                             */
                            created_at: string;
                            /**
                             * Format: uint64
                             * @description The workflow version that it is pinned to.
                             */
                            version: number;
                            /** @description The agent that emitted the run's first event. */
                            cell_id: string;
                            /** @description The groups of the first event. */
                            groups: string[];
                            /** @description The payload of the first event, where `payloads` asks for it. */
                            payload?: unknown;
                            /** @description `payloads` asks for the payload, which is too large here: read the event with the run's id. */
                            payload_omitted?: boolean;
                            /**
                             * @description How it stands with the run; null for one that is too large to be judged in a list. Parts that failed show in `failure_count` also while
                             *     others are in flight.
                             */
                            state: components["schemas"]["ListedState"] | null;
                            /**
                             * Format: uint64
                             * @description How many events the run has; about, if it is too large to be judged.
                             */
                            event_count: number;
                            /**
                             * Format: uint64
                             * @description How many of its deliveries failed for good and were not replayed; null if it is too large to be judged.
                             */
                            failure_count: number | null;
                            /**
                             * Format: date-time
                             * @description When its last event was committed; null if it is too large to be judged.
                             */
                            last_event_at: string | null;
                        }[];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                            /**
                             * Format: uint
                             * @description How many entries were looked at for this page. A filtered page ends when that is enough, however few rows it has: go on with the cursor.
                             */
                            looked_at: number;
                            /** @description The project has more than 200 workflows, and the list is of the 200 that were changed last. Name others by `workflow`. */
                            workflows_left_out?: boolean;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    previews_schedule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SchedulePreview"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["DueTimes"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    segments_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["Segment"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    segments_create: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SegmentInput"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Segment"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    segments_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                segment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Segment"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    segments_put: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                segment: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SegmentInput"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Segment"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    segments_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                segment: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    tasks_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["Task"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    tasks_send: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body is the same tasks, however often it is sent. */
                "Idempotency-Key"?: string;
            };
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTask"];
            };
        };
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["AcceptedTask"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    previews_template: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TemplatePreview"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Rendered"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    workflows_list: {
        parameters: {
            query?: {
                /** @description Only those with this tag. */
                tag?: string;
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["Workflow"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    workflows_create: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWorkflow"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedWorkflow"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agent_types_list: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["AgentType"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agent_types_show_one: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                agent_type: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["AgentType"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    workflows_check_canvas: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Canvas"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checked"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    try_cell_dry_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Try"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Report"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    transfer_export_all: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["ExportedWorkflow"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    transfer_import: {
        parameters: {
            query?: {
                /** @description What people call the workflow. When it is left out, the file says it, or else it is `Imported`. */
                name?: string;
                /** @description For a scenario of Huginn: the zone of times of day like `6am`, as in `Europe/Berlin`. UTC when it is left out. */
                timezone?: string;
                /** @description The id of a workflow whose next version the file becomes. When it is left out, the file becomes a new workflow. */
                workflow?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportedFile"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportedWorkflow"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    ready_cells_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
                /** @description Only those that have all of these words in their title, description or ids. */
                q?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["ReadyCell"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    bulk_start: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Chosen"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["WorkflowOutcome"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    bulk_stop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Chosen"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["WorkflowOutcome"][];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    workflows_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedWorkflow"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    workflows_save: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkflowChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedWorkflow"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    workflows_delete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    about_change: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AboutChange"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Workflow"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agents_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["Agent"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agents_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                cell: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Agent"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agents_check: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                cell: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Report"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agent_switch_disable: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                cell: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Switch"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Agent"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agents_dry_run: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                cell: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DryRun"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Report"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agent_switch_enable: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                cell: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Switch"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Agent"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    events_accept: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body is the same event, however often it is sent. */
                "Idempotency-Key"?: string;
            };
            path: {
                project: string;
                workflow: string;
                cell: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewEvent"];
            };
        };
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["AcceptedEvent"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agents_logs: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                workflow: string;
                cell: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["LogEntry"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agents_clear_logs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                cell: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Cleared"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agents_clear_memory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                cell: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    workflows_build: {
        parameters: {
            query?: {
                /** @description From when on entry points of the workflow may break connected stages (RFC 3339): a time from now on, within a year. Until then, the version before is taken as well. Without it, what breaks them is refused with 409 `breaks_consumers`, whose `meta.connections` lists them. */
                break_consumers_at?: string;
            };
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedWorkflow"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    changes_show: {
        parameters: {
            query?: {
                /** @description `meta.next_cursor` of the answer before. Without it, no events are told, only the cursor of now. */
                after?: string;
                /** @description About how many events an answer has at most: 1 to 200, 50 when it is left out. Events that were listed together are told together. */
                limit?: number;
            };
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownChanges"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    workflows_check: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedWorkflow"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    bulk_copy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CopyName"];
            };
        };
        responses: {
            /** @description Done. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedWorkflow"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    events_list: {
        parameters: {
            query?: {
                /** @description Only the events of this agent: the id of its cell. 400 for one that is neither in the workflow nor in the list. */
                agent?: string;
                /** @description Only the events of this group. */
                group?: string;
                /** @description Only events whose payload, as JSON, has all of these words, in any case. A page reads 1,000 events at most, so it may be empty although the list goes on. */
                q?: string;
                /** @description Only events from this time on (RFC 3339). */
                from?: string;
                /** @description Only events up to this time. */
                to?: string;
                /** @description `false` leaves payloads out, and `short` those of more than 10,000 bytes, which makes lists and large runs quick to read: an event shows its own by its id. */
                payloads?: string;
                /** @description Only the events of this run. Where they take several pages, they are in no order: `created_at` and `hop` say what came first. */
                run?: string;
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["Event"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    events_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                event: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Event"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    emit_again: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                event: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["EmitAgain"];
            };
        };
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["AcceptedEvent"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    transfer_export: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowFile"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    failures_list: {
        parameters: {
            query?: {
                /** @description Only those of this agent: the id of its cell. */
                agent?: string;
                /** @description Only those with this code. */
                code?: string;
                /** @description Only those of agents of this version of the workflow. Failures that an earlier program stored have none. */
                version?: string;
                /** @description Only those that were replayed (`true`), or that were not (`false`). */
                replayed?: string;
                /** @description Only what failed from this time on (RFC 3339). */
                from?: string;
                /** @description Only what failed up to this time (RFC 3339). */
                to?: string;
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["FailureRecord"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                            /**
                             * Format: uint
                             * @description How many entries were looked at for this page. A filtered page ends when that is enough, however few rows it has: go on with the cursor.
                             */
                            looked_at: number;
                            /** @description The project has more than 200 workflows, and the list is of the 200 that were changed last. Name others by `workflow`. */
                            workflows_left_out?: boolean;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    failures_replay_all: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ReplayInput"];
            };
        };
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Replayed"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    failures_replay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                failure: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ReplayInput"];
            };
        };
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Replayed"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    metrics_list: {
        parameters: {
            query?: {
                /** @description Hours from this time on (RFC 3339); 24 hours before `to` when it is left out. */
                from?: string;
                /** @description Hours up to this time (RFC 3339); now when it is left out. */
                to?: string;
                /** @description Only this agent: the id of its cell. */
                agent?: string;
                /** @description Only agents of this version. */
                version?: string;
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["Metric"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    requests_list: {
        parameters: {
            query?: {
                /** @description Only those in this state: calling, outstanding, answered, expired, failed or cancelled; `open` is calling or outstanding. */
                state?: string;
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["AgentRequest"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                            /**
                             * Format: uint
                             * @description How many entries were looked at for this page. A filtered page ends when that is enough, however few rows it has: go on with the cursor.
                             */
                            looked_at: number;
                            /** @description The project has more than 200 workflows, and the list is of the 200 that were changed last. Name others by `workflow`. */
                            workflows_left_out?: boolean;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    requests_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                request: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["AgentRequest"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    requests_approve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                request: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Said"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["AgentRequest"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    requests_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                request: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["AgentRequest"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    requests_reject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                request: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Said"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["AgentRequest"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    requests_retry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                request: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Retried"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    run_list_list: {
        parameters: {
            query?: {
                /** @description Only those in this state: in_flight, waiting, failed or done; and those that are too large to be judged. Failed ones are found by their failures, and come in the order of these; the others by looking at runs, 200 for a page. */
                state?: string;
                /** @description Only those that are pinned to this version. */
                version?: string;
                /** @description Only those that this agent began: the id of a trigger's cell. Runs in which another agent took part are found by its events (`GET .../events?agent=`). */
                agent?: string;
                /** @description Shows the payload with which each run began: `short` only those of up to 10,000 bytes, `true` all, as many as one answer may have. Without it, and with `false`, none. */
                payloads?: string;
                /** @description Only those that began at this time or later (RFC 3339). */
                from?: string;
                /** @description Only those that began up to this time (RFC 3339). */
                to?: string;
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["RunSummary"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                            /**
                             * Format: uint
                             * @description How many entries were looked at for this page. A filtered page ends when that is enough, however few rows it has: go on with the cursor.
                             */
                            looked_at: number;
                            /** @description The project has more than 200 workflows, and the list is of the 200 that were changed last. Name others by `workflow`. */
                            workflows_left_out?: boolean;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    runs_show: {
        parameters: {
            query?: {
                /** @description Where a very large run goes on: `meta.next_cursor` of the part before. */
                cursor?: string;
                /** @description `false` leaves payloads out, and `short` those of more than 10,000 bytes, which makes lists and large runs quick to read: an event shows its own by its id. */
                payloads?: string;
            };
            header?: never;
            path: {
                project: string;
                workflow: string;
                run: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownRun"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    workflows_start: {
        parameters: {
            query?: {
                /** @description From when on entry points of the workflow may break connected stages (RFC 3339): a time from now on, within a year. Until then, the version before is taken as well. Without it, what breaks them is refused with 409 `breaks_consumers`, whose `meta.connections` lists them. */
                break_consumers_at?: string;
            };
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedWorkflow"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    workflows_stop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedWorkflow"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    tasks_cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                task: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["CancelledTask"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    versions_list: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 200, 50 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `meta.next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                workflow: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The page. */
                        data: components["schemas"]["VersionInfo"][];
                        /** @description Where the list goes on. */
                        meta: {
                            /** @description The `cursor` of the next page; null at the end, and only there: a page may be empty although the list goes on. */
                            next_cursor: string | null;
                        };
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    versions_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["Version"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    versions_restore: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                workflow: string;
                version: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SavedWorkflow"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    sign_in_show: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["SignedIn"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    sign_in_create: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["SignedIn"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    sign_in_delete: {
        parameters: {
            query?: never;
            header?: {
                /** @description `1`, as on every request with a cookie that changes something. */
                "X-Rookery-Console"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    approvals_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description 404 if there is no such question, 409 if it is answered, 410 if it is over. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    approvals_answer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    /** @enum {unknown} */
                    decision: "approve" | "reject";
                    comment?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description 404 if there is no such question, 409 if it is answered, 410 if it is over. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    feeds_show_json: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Feed"];
                };
            };
            /** @description The version that `If-None-Match` names is still the latest. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    feeds_show_xml: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/rss+xml": string;
                };
            };
            /** @description The version that `If-None-Match` names is still the latest. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    openapi_health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    hooks_receive: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The thing. */
                        data: components["schemas"]["AcceptedEvents"];
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    openapi_document: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    a2a_project: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version of the protocol that the client speaks: `1.0`. */
                "A2A-Version"?: string;
            };
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agent_card_project: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    a2a_entry_point: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version of the protocol that the client speaks: `1.0`. */
                "A2A-Version"?: string;
            };
            path: {
                project: string;
                entry_point: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agent_card_entry_point: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                entry_point: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    admin_agents_in: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 1000, 100 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAdminAgents"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    admin_instances_in: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 1000, 100 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `nextCursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                project: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAdminInstances"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    admin_runs_of_instance_in: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 1000, 100 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `nextCursor` of the page before. */
                cursor?: string;
                /** @description Only runs that are `active`, `completed` or `errored`. */
                status?: string;
            };
            header?: never;
            path: {
                project: string;
                name: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAdminRuns"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    admin_runs_in: {
        parameters: {
            query?: {
                /** @description How many items a page has at most: 1 to 1000, 100 when it is left out. */
                limit?: number;
                /** @description Where the page begins: `nextCursor` of the page before. */
                cursor?: string;
                /** @description Only runs that are `active`, `completed` or `errored`. */
                status?: string;
                /** @description Only those of this agent. */
                agentName?: string;
            };
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAdminRuns"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    admin_run_in: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueRun"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listing_agents_in: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAgents"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    socket_agent_in: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                name: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The socket is open. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    prompts_ask_in: {
        parameters: {
            query?: never;
            header?: {
                /** @description With `text/event-stream`, the answer comes while it is made. */
                Accept?: string;
                /** @description With `true`, the message is taken to be answered in its turn, and nobody waits (202). */
                "X-Webhook"?: string;
                /** @description Who sends the same with the same key again follows what was begun by it. */
                "Idempotency-Key"?: string;
            };
            path: {
                project: string;
                name: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Message"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueResult"];
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    dispatch_take_in: {
        parameters: {
            query?: never;
            header?: {
                /** @description Who sends the same with the same key again follows what was begun by it. */
                "Idempotency-Key"?: string;
            };
            path: {
                project: string;
                name: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Dispatch"];
            };
        };
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueDispatched"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    agent_protocol_collect_in: {
        parameters: {
            query?: never;
            header?: {
                "X-Callback-Token"?: string;
            };
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Taken, now or before. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Held until its request is acknowledged. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    agent_protocol_execute_in: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same body is the same request, however often it is sent. */
                "Idempotency-Key"?: string;
                /** @description Where the outcome is posted. */
                "X-Callback-Url"?: string;
                /** @description What is sent along with the outcome, in a header of the same name. */
                "X-Callback-Token"?: string;
            };
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Acknowledged"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    mcp_serve: {
        parameters: {
            query?: never;
            header?: {
                /** @description The version of the protocol that the client speaks, like `2026-07-28` or `2025-11-25`. */
                "MCP-Protocol-Version"?: string;
            };
            path: {
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            default: components["responses"]["Error"];
        };
    };
    prompts_ask_default_in: {
        parameters: {
            query?: never;
            header?: {
                /** @description Who sends the same with the same key again follows what was begun by it. */
                "Idempotency-Key"?: string;
            };
            path: {
                project: string;
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Prompt"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueReply"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    prompts_stream_default_in: {
        parameters: {
            query?: never;
            header?: {
                /** @description Who sends the same with the same key again follows what was begun by it. */
                "Idempotency-Key"?: string;
            };
            path: {
                project: string;
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Prompt"];
            };
        };
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    named_runs_show_in: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueRun"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    run_events_events_in: {
        parameters: {
            query?: {
                /** @description The number of the last event that is known; 0 when it is left out. */
                after?: string;
                /** @description How many events an answer has at most: 1 to 1000, 1000 when it is left out. */
                limit?: number;
                /** @description Only events of these types, separated by commas: `run_start`, `log`, `run_end`. */
                types?: string;
            };
            header?: never;
            path: {
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueRunEvents"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    run_events_stream_in: {
        parameters: {
            query?: {
                /** @description The number of the last event that is known; 0 when it is left out. */
                after?: string;
            };
            header?: {
                /** @description As `after`, where that is left out. */
                "Last-Event-ID"?: string;
            };
            path: {
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    abort_session_in: {
        parameters: {
            query?: {
                /** @description The agent, where several have a session of this name. */
                agent?: string;
                /** @description The id of the agent's instance, where ids or names have colons. */
                instance?: string;
            };
            header?: never;
            path: {
                project: string;
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAborted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    socket_workflow_in: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The socket is open. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    workflows_call_in: {
        parameters: {
            query?: {
                /** @description With `result`, the answer comes when the run is over (200), or after 14 minutes (504; where no agent can be asked, after 25 seconds); a stream ends with it. */
                wait?: string;
            };
            header?: {
                /** @description With `text/event-stream`, what happens in the run is told while it goes on. */
                Accept?: string;
                /** @description Who sends the same with the same key again follows what was begun by it. */
                "Idempotency-Key"?: string;
            };
            path: {
                project: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Input"];
            };
        };
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAccepted"];
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    pages_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                token: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description The version that `If-None-Match` names is still the latest. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    prompts_ask_default: {
        parameters: {
            query?: never;
            header?: {
                /** @description Who sends the same with the same key again follows what was begun by it. */
                "Idempotency-Key"?: string;
            };
            path: {
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Prompt"];
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueReply"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    prompts_stream_default: {
        parameters: {
            query?: never;
            header?: {
                /** @description Who sends the same with the same key again follows what was begun by it. */
                "Idempotency-Key"?: string;
            };
            path: {
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Prompt"];
            };
        };
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    named_runs_show: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueRun"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    run_events_events: {
        parameters: {
            query?: {
                /** @description The number of the last event that is known; 0 when it is left out. */
                after?: string;
                /** @description How many events an answer has at most: 1 to 1000, 1000 when it is left out. */
                limit?: number;
                /** @description Only events of these types, separated by commas: `run_start`, `log`, `run_end`. */
                types?: string;
            };
            header?: never;
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueRunEvents"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    run_events_stream: {
        parameters: {
            query?: {
                /** @description The number of the last event that is known; 0 when it is left out. */
                after?: string;
            };
            header?: {
                /** @description As `after`, where that is left out. */
                "Last-Event-ID"?: string;
            };
            path: {
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done; there is nothing to say. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    abort_session: {
        parameters: {
            query?: {
                /** @description The agent, where several have a session of this name. */
                agent?: string;
                /** @description The id of the agent's instance, where ids or names have colons. */
                instance?: string;
            };
            header?: never;
            path: {
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAborted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    socket_workflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The socket is open. */
            101: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    workflows_call: {
        parameters: {
            query?: {
                /** @description With `result`, the answer comes when the run is over (200), or after 14 minutes (504; where no agent can be asked, after 25 seconds); a stream ends with it. */
                wait?: string;
            };
            header?: {
                /** @description With `text/event-stream`, what happens in the run is told while it goes on. */
                Accept?: string;
                /** @description Who sends the same with the same key again follows what was begun by it. */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Input"];
            };
        };
        responses: {
            /** @description Done. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FlueAccepted"];
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
}
