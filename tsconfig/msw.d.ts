// What the package uses of MSW, which whoever uses that part of it has.
declare module "msw" {
  export class HttpResponse extends Response {
    static error(): HttpResponse;
  }
  export interface HttpHandler {
    readonly info: { header: string };
  }
  export const http: {
    all(path: string, resolver: (info: { request: Request }) => Promise<Response>): HttpHandler;
  };
}
