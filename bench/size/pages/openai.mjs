import OpenAI from "openai";

export const send = (baseURL, apiKey, body) =>
  new OpenAI({ baseURL, apiKey, dangerouslyAllowBrowser: true }).responses.create(body);
