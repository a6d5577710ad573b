export { ChatPage } from "./chat-page";
export { NewChatPage } from "./new-chat-page";
