import { runTool } from "./tools.ts";

/** A certificate for `localhost`, and the authority that has signed it, in files. */
export interface Certificate extends AsyncDisposable {
  /** The certificate of the authority, for those who should trust it. */
  readonly authority: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate with openssl. */
export async function makeCertificate(): Promise<Certificate> {
  const folder = await Deno.makeTempDir();
  const path = (name: string) => `${folder}/${name}`;
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
  const openssl = async (...args: string[]) => {
    const { code, stderr } = await runTool("openssl", [...request, ...args]);
    if (code !== 0) throw new Error(stderr);
  };
  await openssl(
    ...["-subj", "/CN=Test authority", "-keyout", path("ca.key"), "-out", path("ca.pem")],
    ...["-addext", "keyUsage=critical,keyCertSign"],
  );
  await openssl(
    ...["-subj", "/CN=localhost", "-keyout", path("key.pem"), "-out", path("cert.pem")],
    ...["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"],
    ...["-CA", path("ca.pem"), "-CAkey", path("ca.key")],
  );
  return {
    authority: path("ca.pem"),
    cert: await Deno.readTextFile(path("cert.pem")),
    key: await Deno.readTextFile(path("key.pem")),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
