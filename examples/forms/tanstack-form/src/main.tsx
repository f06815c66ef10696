import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { CreateForm } from "./create-form";

const app = document.getElementById("app");
if (!app) throw new Error("The page has no place for the form");
createRoot(app).render(
  <StrictMode>
    <CreateForm />
  </StrictMode>,
);
