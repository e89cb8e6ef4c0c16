import { NGINX_FOLDERS, nginxConfig } from "./proxy_program.ts";

/** The fields that it records; a configuration has to name each. */
const FIELDS = [
  ...["host", "connection", "keep-alive", "te", "upgrade", "expect", "via", "forwarded"],
  ...["x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port"],
  ...["x-real-ip", "x-request-id", "content-length", "transfer-encoding", "content-type"],
  ...["accept", "user-agent", "cookie", "x"],
];

/** What is recorded of a request once it is answered: see parsed_requests.ts. */
function logFormat(): string {
  const fields = FIELDS.map((name) => `["${name}","$http_${name.replaceAll("-", "_")}"]`);
  const parts = [
    `"event":"answered"`,
    `"id":"$request_id"`,
    `"connection":"$connection"`,
    `"status":$status`,
    `"method":"$request_method"`,
    `"target":"$request_uri"`,
    `"body":"$request_body"`,
    `"fields":[${fields.join(",")}]`,
  ];
  return `log_format parsed escape=json '{${parts.join(",")}}';`;
}

/**
 * A configuration of nginx that parses requests with their bodies, records them, and answers with
 * a name. It reads bodies only in order to pass them on, which it does to itself.
 */
export function nginxBackendConfig(name: string, port: number, folder: string): string {
  return `
user root;
${nginxConfig().replace("master_process off;", "worker_processes 1;")}
http {
  ${logFormat()}
  access_log off;
  ${NGINX_FOLDERS}
  large_client_header_buffers 4 64k;
  client_max_body_size 0;
  client_body_buffer_size 1m;
  underscores_in_headers on;
  ignore_invalid_headers off;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${port};
    access_log parsed parsed;
    add_header X-Backend ${name} always;
    add_header X-Seen $http_x_forwarded_for always;
    location = /health {
      if (-f ${folder}/broken) { return 500; }
      return 200;
    }
    location / {
      proxy_pass http://unix:${folder}/inner:;
    }
  }
  server {
    listen unix:${folder}/inner;
    location / { return 200 "${name} $request_method $request_uri"; }
  }
}
`;
}
