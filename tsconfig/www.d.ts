// The package, where the Worker serves it beside the dashboard's modules.
declare module "*/assessments-edge/slim.js" {
  export * from "assessments-edge/slim";
}
