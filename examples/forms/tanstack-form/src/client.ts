import { AssessmentsClient } from "assessments-edge";

/** The API, for whoever is signed in: your server answers the token of their session. */
export const client = new AssessmentsClient({
  baseUrl: import.meta.env.VITE_API_URL,
  token: async () => (await fetch("/session")).text(),
});
