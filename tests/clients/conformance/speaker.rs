//! What the conformance suite calls by name, answered as its descriptions ask: tools, resources and prompts.

#![allow(deprecated, reason = "later revisions have no levels of logging; the suite's do")]

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ErrorData, GetPromptRequestParams, GetPromptResponse,
    GetPromptResult, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
    PaginatedRequestParams, ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ServerConfig,
    ServerNotification, ServerRequest, SetLevelRequestParams, SubscribeRequestParams, UnsubscribeRequestParams,
};
use rmcp::service::{Peer, RequestContext};
use rmcp::{RoleServer, ServerHandler};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A picture of one red point, PNG in base64.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
/// A sound of one sample, WAV in base64.
const SOUND: &str = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQIAAAAAAA==";

/// Speaks the protocol as the suite wants it spoken.
#[derive(Debug, Clone)]
pub(crate) struct Speaker;

/// The library's form of what is written as JSON.
fn formed<T: DeserializeOwned>(value: Value) -> Result<T, ErrorData> {
    serde_json::from_value(value).map_err(failed)
}

fn failed(error: impl ToString) -> ErrorData {
    ErrorData::internal_error(error.to_string(), None)
}

fn text(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn picture() -> Value {
    json!({ "type": "image", "data": PICTURE, "mimeType": "image/png" })
}

fn resource(uri: &str, mime: &str, text: &str) -> Value {
    json!({ "type": "resource", "resource": { "uri": uri, "mimeType": mime, "text": text } })
}

fn tool(name: &str, properties: Value) -> Value {
    let required: Vec<&String> = properties.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    json!({ "name": name, "description": "Called by the conformance suite.", "inputSchema": schema })
}

fn tools() -> Vec<Value> {
    let plain = [
        "test_simple_text",
        "test_image_content",
        "test_audio_content",
        "test_embedded_resource",
        "test_multiple_content_types",
        "test_tool_with_logging",
        "test_error_handling",
        "test_tool_with_progress",
        "test_elicitation_sep1034_defaults",
        "test_elicitation_sep1330_enums",
        "test_reconnection",
    ];
    let mut tools: Vec<Value> = plain.iter().map(|name| tool(name, json!({}))).collect();
    tools.push(tool("test_sampling", json!({ "prompt": { "type": "string" } })));
    tools.push(tool("test_elicitation", json!({ "message": { "type": "string" } })));
    let street = json!({ "street": { "type": "string" }, "city": { "type": "string" } });
    tools.push(json!({
        "name": "json_schema_2020_12_tool",
        "description": "Tool with JSON Schema 2020-12 features",
        "inputSchema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": { "address": { "type": "object", "properties": street } },
            "properties": { "name": { "type": "string" }, "address": { "$ref": "#/$defs/address" } },
            "additionalProperties": false,
        },
    }));
    tools
}

/// What a tool that only answers answers.
fn content(name: &str) -> Option<Value> {
    let embedded = resource("test://embedded-resource", "text/plain", "This is an embedded resource content.");
    let mixed = resource("test://mixed-content-resource", "application/json", r#"{"test":"data","value":123}"#);
    Some(match name {
        "test_simple_text" | "json_schema_2020_12_tool" => json!([text("This is a simple text response for testing.")]),
        "test_reconnection" => json!([text("Reconnection test completed")]),
        "test_image_content" => json!([picture()]),
        "test_audio_content" => json!([{ "type": "audio", "data": SOUND, "mimeType": "audio/wav" }]),
        "test_embedded_resource" => json!([embedded]),
        "test_multiple_content_types" => json!([text("Multiple content types test:"), picture(), mixed]),
        _ => return None,
    })
}

/// The form that an elicitation shows.
fn form(name: &str) -> Option<Value> {
    let text = json!({ "type": "string" });
    let options = json!(["option1", "option2", "option3"]);
    let titled = |place: &str| {
        let row =
            |number: usize, nth: &str| json!({ "const": format!("value{number}"), "title": format!("{nth} {place}") });
        json!([row(1, "First"), row(2, "Second"), row(3, "Third")])
    };
    let properties = match name {
        "test_elicitation" => json!({ "username": text, "email": text }),
        "test_elicitation_sep1034_defaults" => json!({
            "name": { "type": "string", "default": "John Doe" },
            "age": { "type": "integer", "default": 30 },
            "score": { "type": "number", "default": 95.5 },
            "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
            "verified": { "type": "boolean", "default": true },
        }),
        "test_elicitation_sep1330_enums" => json!({
            "untitledSingle": { "type": "string", "enum": options },
            "titledSingle": { "type": "string", "oneOf": titled("Option") },
            "legacyEnum": {
                "type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": ["Option One", "Option Two", "Option Three"],
            },
            "untitledMulti": { "type": "array", "items": { "type": "string", "enum": options } },
            "titledMulti": { "type": "array", "items": { "anyOf": titled("Choice") } },
        }),
        _ => return None,
    };
    Some(json!({ "type": "object", "properties": properties, "required": [] }))
}

/// Asks the client in the middle of a call.
async fn ask(peer: &Peer<RoleServer>, method: &str, params: Value) -> Result<Value, ErrorData> {
    let request: ServerRequest = formed(json!({ "method": method, "params": params }))?;
    Ok(json!(peer.send_request(request).await.map_err(failed)?))
}

/// Tells the client something in the middle of a call.
async fn tell(peer: &Peer<RoleServer>, method: &str, params: Value) -> Result<(), ErrorData> {
    let notification: ServerNotification =
        formed(json!({ "method": format!("notifications/{method}"), "params": params }))?;
    peer.send_notification(notification).await.map_err(failed)
}

/// The text that a tool comes to which speaks with the client while it is called.
async fn conversed(request: &CallToolRequestParams, context: &RequestContext<RoleServer>) -> Result<String, ErrorData> {
    let (name, peer) = (request.name.as_ref(), &context.peer);
    let argument = |name: &str| request.arguments.as_ref().and_then(|arguments| arguments.get(name)).cloned();
    match name {
        "test_tool_with_logging" => {
            for line in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
                tell(peer, "message", json!({ "level": "info", "data": line })).await?;
            }
            Ok("Three lines were logged.".to_owned())
        }
        "test_tool_with_progress" => {
            for progress in [0, 50, 100] {
                if let Some(token) = context.meta.get_progress_token() {
                    tell(peer, "progress", json!({ "progressToken": token, "progress": progress, "total": 100 }))
                        .await?;
                }
            }
            Ok("Progress was told of.".to_owned())
        }
        "test_sampling" => {
            let message = json!({ "role": "user", "content": { "type": "text", "text": argument("prompt") } });
            let said = ask(peer, "sampling/createMessage", json!({ "messages": [message], "maxTokens": 100 })).await?;
            Ok(format!("LLM response: {}", said["content"]["text"]))
        }
        _ => {
            let form =
                form(name).ok_or_else(|| ErrorData::invalid_params(format!("there is no tool `{name}`"), None))?;
            let message = argument("message").unwrap_or_else(|| json!("Please fill this in"));
            let params = json!({ "mode": "form", "message": message, "requestedSchema": form });
            let said = ask(peer, "elicitation/create", params).await?;
            Ok(format!("Elicitation completed: action={}, content={}", said["action"], said["content"]))
        }
    }
}

fn contents(uri: &str) -> Option<Value> {
    let template = uri.strip_prefix("test://template/").and_then(|rest| rest.strip_suffix("/data"));
    Some(match (uri, template) {
        ("test://static-text" | "test://watched-resource", _) => {
            json!({ "uri": uri, "mimeType": "text/plain", "text": "This is the content of the static text resource." })
        }
        ("test://static-binary", _) => json!({ "uri": uri, "mimeType": "image/png", "blob": PICTURE }),
        (_, Some(id)) => {
            let text = json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") }).to_string();
            json!({ "uri": uri, "mimeType": "application/json", "text": text })
        }
        (_, None) => return None,
    })
}

/// What a prompt says, one message for each of these.
fn said(request: &GetPromptRequestParams) -> Option<Vec<Value>> {
    let argument = |name: &str| {
        let given = request.arguments.as_ref().and_then(|arguments| arguments.get(name));
        json!(given).as_str().unwrap_or_default().to_owned()
    };
    Some(match request.name.as_str() {
        "test_simple_prompt" => vec![text("This is a simple prompt for testing.")],
        "test_prompt_with_arguments" => {
            let told = format!("Prompt with arguments: arg1='{}', arg2='{}'", argument("arg1"), argument("arg2"));
            vec![text(&told)]
        }
        "test_prompt_with_embedded_resource" => vec![
            resource(&argument("resourceUri"), "text/plain", "Embedded resource content for testing."),
            text("Please process the embedded resource above."),
        ],
        "test_prompt_with_image" => vec![picture(), text("Please analyze the image above.")],
        _ => return None,
    })
}

fn prompt(name: &str, arguments: &[&str]) -> Value {
    let arguments: Vec<Value> = arguments.iter().map(|name| json!({ "name": name, "required": true })).collect();
    json!({ "name": name, "description": "Got by the conformance suite.", "arguments": arguments })
}

impl ServerHandler for Speaker {
    fn get_info(&self) -> ServerConfig {
        let capabilities = json!({
            "tools": {}, "resources": { "subscribe": true }, "prompts": {}, "logging": {}, "completions": {},
        });
        ServerConfig::new(formed(capabilities).expect("these are capabilities"))
    }

    async fn list_tools(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        formed(json!({ "tools": tools() }))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let result = match content(&request.name) {
            Some(content) => json!({ "content": content }),
            None if request.name == "test_error_handling" => {
                json!({ "content": [text("This tool intentionally returns an error for testing")], "isError": true })
            }
            None => json!({ "content": [text(&conversed(&request, &context).await?)] }),
        };
        formed::<CallToolResult>(result).map(Into::into)
    }

    async fn list_resources(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let names = ["static-text", "static-binary", "watched-resource"];
        let listed: Vec<Value> =
            names.iter().map(|name| json!({ "uri": format!("test://{name}"), "name": name })).collect();
        formed(json!({ "resources": listed }))
    }

    async fn list_resource_templates(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        formed(json!({ "resourceTemplates": [{ "uriTemplate": "test://template/{id}/data", "name": "template" }] }))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = &request.uri;
        let missing = || ErrorData::resource_not_found(format!("there is no `{uri}`"), None);
        formed::<ReadResourceResult>(json!({ "contents": [contents(uri).ok_or_else(missing)?] })).map(Into::into)
    }

    async fn subscribe(
        &self,
        _request: SubscribeRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn unsubscribe(
        &self,
        _request: UnsubscribeRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn list_prompts(
        &self,
        _page: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        formed(json!({ "prompts": [
            prompt("test_simple_prompt", &[]),
            prompt("test_prompt_with_arguments", &["arg1", "arg2"]),
            prompt("test_prompt_with_embedded_resource", &["resourceUri"]),
            prompt("test_prompt_with_image", &[]),
        ] }))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let missing = || ErrorData::invalid_params(format!("there is no prompt `{}`", request.name), None);
        let said = said(&request).ok_or_else(missing)?.into_iter();
        let messages: Vec<Value> = said.map(|content| json!({ "role": "user", "content": content })).collect();
        formed::<GetPromptResult>(json!({ "messages": messages })).map(Into::into)
    }

    async fn set_level(
        &self,
        _request: SetLevelRequestParams,
        _context: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        Ok(())
    }
}
