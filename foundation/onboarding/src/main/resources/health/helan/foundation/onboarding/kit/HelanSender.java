import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocketFactory;

/**
 * A sample sender for integrators, of Java 17 or newer and nothing else. Free to copy and change.
 *
 * <pre>
 * java HelanSender.java keys                            private-key.pem, which never leaves you, and jwks.json
 * java HelanSender.java fhir  BASE CLIENT FILE.json     creates the resource
 * java HelanSender.java hl7v2 BASE CLIENT FEED FILE     sends the message over HTTP
 * java HelanSender.java mllp  HOST:PORT FILE...         sends each file over MLLP with TLS
 * java HelanSender.java plain HOST:PORT FILE...         the same without TLS, within one machine
 * </pre>
 *
 * BASE is the platform's address ({@code https://platform.example}), CLIENT {@code
 * sandbox.APPLICATION.SYSTEM}, or {@code APPLICATION.SYSTEM} once live. Where Java does not trust
 * the platform's certificate: {@code -Djavax.net.ssl.trustStore=…}.
 */
public class HelanSender {
  private static final Path KEY = Path.of("private-key.pem");
  private static final int PATIENCE_MILLIS = 60_000;

  public static void main(String[] words) throws Exception {
    boolean isGood =
        switch (words.length == 0 ? "" : words[0]) {
          case "keys" -> keys();
          case "fhir" -> fhir(words[1], words[2], Path.of(words[3]));
          case "hl7v2" -> hl7v2(words[1], words[2], words[3], Path.of(words[4]));
          case "mllp" -> mllp(words[1], true, Arrays.copyOfRange(words, 2, words.length));
          case "plain" -> mllp(words[1], false, Arrays.copyOfRange(words, 2, words.length));
          default -> throw new IllegalArgumentException("keys, fhir, hl7v2, mllp or plain");
        };
    System.exit(isGood ? 0 : 1);
  }

  private static boolean keys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(3072);
    KeyPair pair = generator.generateKeyPair();
    Files.writeString(
        KEY,
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n");
    KEY.toFile().setReadable(false, false);
    KEY.toFile().setReadable(true, true);
    RSAPublicKey key = (RSAPublicKey) pair.getPublic();
    Files.writeString(
        Path.of("jwks.json"),
        "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS384\",\"kid\":\"1\",\"n\":\"%s\",\"e\":\"%s\"}]}\n"
            .formatted(number(key.getModulus()), number(key.getPublicExponent())));
    return true;
  }

  private static String number(BigInteger number) {
    byte[] bytes = number.toByteArray();
    return base64(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** SMART Backend Services: who one is, signed with one's own key, for a token of five minutes. */
  private static String token(HttpClient http, String base, String client) throws Exception {
    String pem = Files.readString(KEY).replaceAll("-----[A-Z ]+-----|\\s", "");
    PrivateKey key =
        KeyFactory.getInstance("RSA")
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    String claims =
        "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s/oauth2/token\",\"exp\":%d,\"jti\":\"%s\"}"
            .formatted(
                client, client, base, Instant.now().getEpochSecond() + 240, UUID.randomUUID());
    String signed =
        base64("{\"alg\":\"RS384\",\"typ\":\"JWT\",\"kid\":\"1\"}".getBytes(StandardCharsets.UTF_8))
            + "."
            + base64(claims.getBytes(StandardCharsets.UTF_8));
    Signature signature = Signature.getInstance("SHA384withRSA");
    signature.initSign(key);
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    String form =
        "grant_type=client_credentials&scope="
            + URLEncoder.encode("system/*.cruds", StandardCharsets.UTF_8)
            + "&client_assertion_type="
            + URLEncoder.encode(
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", StandardCharsets.UTF_8)
            + "&client_assertion="
            + signed
            + "."
            + base64(signature.sign());
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(base + "/oauth2/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    Matcher token = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"").matcher(answer.body());
    if (!token.find()) {
      throw new IOException(answer.statusCode() + " " + answer.body());
    }
    return token.group(1);
  }

  private static boolean fhir(String base, String client, Path file) throws Exception {
    String resource = Files.readString(file);
    Matcher type = Pattern.compile("\"resourceType\"\\s*:\\s*\"([A-Za-z]+)\"").matcher(resource);
    if (!type.find()) {
      throw new IOException(file + " is no FHIR resource");
    }
    return post(
        base, client, "/fhir" + door(client) + "/" + type.group(1), "application/fhir+json", file);
  }

  private static boolean hl7v2(String base, String client, String feed, Path file)
      throws Exception {
    return post(
        base, client, "/hl7v2" + door(client) + "/" + feed, "application/hl7-v2+er7", file);
  }

  private static String door(String client) {
    return client.startsWith("sandbox.") ? "/sandbox" : "";
  }

  private static boolean post(String base, String client, String path, String type, Path file)
      throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(base + path))
                .header("Authorization", "Bearer " + token(http, base, client))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofFile(file))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    System.out.println(answer.statusCode() + " " + answer.body().replace('\r', '\n'));
    return answer.statusCode() < 300;
  }

  /** One block for each file; the next is sent when the one before is answered. */
  private static boolean mllp(String target, boolean tls, String[] files) throws Exception {
    int colon = target.lastIndexOf(':');
    String host = target.substring(0, colon);
    int port = Integer.parseInt(target.substring(colon + 1));
    boolean isGood = true;
    try (Socket socket =
        tls ? SSLSocketFactory.getDefault().createSocket(host, port) : new Socket(host, port)) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      for (String file : files) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(0x0B);
        // Segments end with CR, whatever an editor made of them.
        block.writeBytes(
            Files.readString(Path.of(file))
                .replaceAll("\r?\n", "\r")
                .getBytes(StandardCharsets.UTF_8));
        block.write(0x1C);
        block.write('\r');
        socket.getOutputStream().write(block.toByteArray());
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        for (int b = socket.getInputStream().read(); b != 0x1C; b = socket.getInputStream().read()) {
          if (b < 0) {
            throw new IOException("closed without an answer: send it again");
          }
          if (b != 0x0B) {
            answer.write(b);
          }
        }
        socket.getInputStream().read(); // CR
        String text = answer.toString(StandardCharsets.UTF_8);
        isGood &= text.contains("|AA|") || text.contains("|CA|");
        System.out.println(file + "\n" + text.replace('\r', '\n'));
      }
    }
    return isGood;
  }
}
