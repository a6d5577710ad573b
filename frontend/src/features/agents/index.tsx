export { AgentPage } from "./agent-page";
export { AgentsPage } from "./agents-page";
