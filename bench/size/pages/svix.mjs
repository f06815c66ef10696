import { Svix } from "svix";

export const send = (serverUrl, token, body) =>
  new Svix(token, { serverUrl }).application.create(body);
