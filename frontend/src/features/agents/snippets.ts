/** How a program chats with an agent, to be pasted. Pure. */

const QUESTION = "Hello";

/** `origin` is where the gateway answers; `model` is the agent's name in the API. */
export function curlSnippet(origin: string, model: string): string {
  const body = { model, stream: true, messages: [{ role: "user", content: QUESTION }] };
  return [
    `curl -N ${origin}/v1/chat/completions \\`,
    '  -H "Authorization: Bearer $QUARTERDECK_API_KEY" \\',
    '  -H "Content-Type: application/json" \\',
    `  -d '${JSON.stringify(body)}'`,
  ].join("\n");
}

export function pythonSnippet(origin: string, model: string): string {
  return `import os
from openai import OpenAI

client = OpenAI(base_url="${origin}/v1", api_key=os.environ["QUARTERDECK_API_KEY"])
answer = client.chat.completions.create(
    model="${model}", messages=[{"role": "user", "content": "${QUESTION}"}]
)
print(answer.choices[0].message.content)`;
}

export function javascriptSnippet(origin: string, model: string): string {
  return `import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "${origin}/v1",
  apiKey: process.env.QUARTERDECK_API_KEY,
});
const answer = await client.chat.completions.create({
  model: "${model}",
  messages: [{ role: "user", content: "${QUESTION}" }],
});
console.log(answer.choices[0].message.content);`;
}

export function terminalSnippet(origin: string, model: string): string {
  return `export QUARTERDECK_GATEWAY=${origin}
quarterdeck chat ${model}`;
}
