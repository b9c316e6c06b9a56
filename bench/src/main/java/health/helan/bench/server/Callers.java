package health.helan.bench.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who asks a guarded platform: the system of a hospital, which writes and reads what is its own
 * (SMART Backend Services), and a doctor of another institution, who sees what a grant opens (the
 * pages, authorization code with PKCE). Both are made over the platform's own doors, with the
 * operator token, and get new tokens when the old ones age.
 */
public final class Callers implements AutoCloseable {
  private static final String HOSPITAL = "bench-hospital";
  private static final String CLINIC = "bench-clinic";
  private static final String DOCTOR = "bench-doctor";
  private static final String SYSTEM = "bench-system";
  private static final String CONSOLE = "helan-console";

  /** Systems' tokens live five minutes, people's ten. */
  private static final Duration FRESH = Duration.ofMinutes(3);

  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

  private final AccessClient access;
  private final String operator;
  private final KeyPair key;
  private String system = "";
  private Instant systemSince = Instant.EPOCH;
  private String doctor = "";
  private String renewal = "";
  private Instant doctorSince = Instant.EPOCH;

  private Callers(AccessClient access, String operator, KeyPair key) {
    this.access = access;
    this.operator = operator;
    this.key = key;
  }

  /**
   * Registers both.
   *
   * @param base of the platform, ends without a slash
   * @param operator the operator token
   * @throws IOException if the platform refuses
   */
  static Callers register(String base, String operator) throws IOException {
    KeyPair key;
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp384r1"));
      key = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java has no P-384.", e);
    }
    var callers = new Callers(new AccessClient(base), operator, key);
    callers.register();
    return callers;
  }

  private void register() throws IOException {
    organization(HOSPITAL, "测试医院");
    organization(CLINIC, "测试卫生院");
    ObjectNode practitioner = AccessClient.MAPPER.createObjectNode();
    practitioner.put("resourceType", "Practitioner").put("id", DOCTOR);
    practitioner.putArray("name").addObject().put("text", "李医生");
    put(practitioner);
    ObjectNode post = AccessClient.MAPPER.createObjectNode();
    post.put("resourceType", "PractitionerRole").put("id", "bench-post").put("active", true);
    post.putObject("practitioner").put("reference", "Practitioner/" + DOCTOR);
    post.putObject("organization").put("reference", "Organization/" + CLINIC);
    put(post);
    ObjectNode client = AccessClient.MAPPER.createObjectNode();
    client.put("name", "医院系统").put("kind", "system").put("institution", HOSPITAL);
    client.putArray("scopes").add("system/*.cruds");
    client.putObject("jwks").putArray("keys").add(publicKey());
    access.json("PUT", "/access/clients/" + SYSTEM, operator, client);
    signUp();
  }

  private void organization(String id, String name) throws IOException {
    ObjectNode organization = AccessClient.MAPPER.createObjectNode();
    organization.put("resourceType", "Organization").put("id", id).put("name", name);
    put(organization);
  }

  private void put(ObjectNode resource) throws IOException {
    String path =
        "/fhir/" + resource.path("resourceType").asString() + "/" + resource.path("id").asString();
    access.json("PUT", path, operator, resource);
  }

  private JsonNode publicKey() {
    var point = ((ECPublicKey) key.getPublic()).getW();
    return AccessClient.MAPPER
        .createObjectNode()
        .put("kty", "EC")
        .put("crv", "P-384")
        .put("kid", "1")
        .put("alg", "ES384")
        .put("use", "sig")
        .put("x", URL.encodeToString(bytes(point.getAffineX().toByteArray())))
        .put("y", URL.encodeToString(bytes(point.getAffineY().toByteArray())));
  }

  /** A coordinate of P-384 as 48 bytes: neither a sign byte nor leading zeroes cut off. */
  private static byte[] bytes(byte[] number) {
    byte[] all = new byte[48];
    int count = Math.min(number.length, all.length);
    System.arraycopy(number, number.length - count, all, all.length - count, count);
    return all;
  }

  /** The doctor's account: made by the operator, activated and signed in through the pages. */
  private void signUp() throws IOException {
    ObjectNode account = AccessClient.MAPPER.createObjectNode();
    account.put("kind", "practitioner").put("login", DOCTOR).put("name", "李医生");
    account.put("practitioner", DOCTOR);
    String code =
        access
            .json("POST", "/access/accounts", operator, account)
            .path("activationCode")
            .asString();
    byte[] random = new byte[18];
    new SecureRandom().nextBytes(random);
    String password = URL.encodeToString(random);
    access.open("/sign-in/activate");
    access.submit(
        "/sign-in/activate", Map.of("code", code, "password", password, "again", password));
    String verifier = URL.encodeToString(Arrays.copyOf(random, 33));
    Map<String, String> query = new LinkedHashMap<>();
    query.put("response_type", "code");
    query.put("client_id", CONSOLE);
    query.put("redirect_uri", access.base() + "/");
    query.put("scope", "openid fhirUser online_access");
    query.put("state", "bench");
    query.put("code_challenge", URL.encodeToString(sha256(verifier)));
    query.put("code_challenge_method", "S256");
    query.put("aud", access.base() + "/fhir");
    String way = "/oauth2/authorize?" + AccessClient.form(query);
    access.open("/sign-in?" + AccessClient.form(Map.of("continue", way)));
    String next = access.submit("/sign-in", Map.of("login", DOCTOR, "password", password));
    for (int hops = 0; hops < 5 && !next.contains("?code="); hops++) {
      next = access.open(next);
    }
    if (!next.contains("?code=")) {
      throw new IOException("Signing in ended at " + next);
    }
    String granted = next.replaceAll(".*[?&]code=([^&]*).*", "$1");
    doctorToken(
        Map.of(
            "grant_type",
            "authorization_code",
            "client_id",
            CONSOLE,
            "redirect_uri",
            access.base() + "/",
            "code",
            granted,
            "code_verifier",
            verifier));
  }

  private void doctorToken(Map<String, String> form) throws IOException {
    JsonNode answer = access.token(form);
    doctor = answer.path("access_token").asString();
    renewal = answer.path("refresh_token").asString();
    doctorSince = Instant.now();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The doctor's token, not older than {@link #FRESH}. */
  public synchronized String doctor() throws IOException {
    if (doctorSince.plus(FRESH).isBefore(Instant.now())) {
      doctorToken(
          Map.of("grant_type", "refresh_token", "client_id", CONSOLE, "refresh_token", renewal));
    }
    return doctor;
  }

  /** The hospital's token, not older than {@link #FRESH}. */
  public synchronized String system() throws IOException {
    if (systemSince.plus(FRESH).isBefore(Instant.now())) {
      JsonNode answer =
          access.token(
              Map.of(
                  "grant_type",
                  "client_credentials",
                  "scope",
                  "system/*.cruds",
                  "client_assertion_type",
                  "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                  "client_assertion",
                  assertion()));
      system = answer.path("access_token").asString();
      systemSince = Instant.now();
    }
    return system;
  }

  private String assertion() {
    ObjectNode head = AccessClient.MAPPER.createObjectNode();
    head.put("alg", "ES384").put("typ", "JWT").put("kid", "1");
    ObjectNode claims = AccessClient.MAPPER.createObjectNode();
    claims.put("iss", SYSTEM).put("sub", SYSTEM).put("aud", access.base() + "/oauth2/token");
    claims.put("jti", UUID.randomUUID().toString());
    claims.put("exp", Instant.now().plusSeconds(120).getEpochSecond());
    String text = encoded(head) + "." + encoded(claims);
    try {
      Signature signature = Signature.getInstance("SHA384withECDSAinP1363Format");
      signature.initSign(key.getPrivate());
      signature.update(text.getBytes(StandardCharsets.US_ASCII));
      return text + "." + URL.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java does not sign with P-384.", e);
    }
  }

  private static String encoded(ObjectNode node) {
    return URL.encodeToString(node.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The hospital writes that a patient has come to the doctor: what opens the record to the doctor.
   */
  public void open(String patient) throws IOException {
    ObjectNode encounter = AccessClient.MAPPER.createObjectNode();
    encounter.put("resourceType", "Encounter").put("status", "arrived");
    encounter
        .putObject("class")
        .put("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode")
        .put("code", "AMB");
    encounter.putObject("subject").put("reference", "Patient/" + patient);
    encounter
        .putArray("participant")
        .addObject()
        .putObject("individual")
        .put("reference", "Practitioner/" + DOCTOR);
    access.json("POST", "/fhir/Encounter", system(), encounter);
  }

  @Override
  public void close() {
    access.close();
  }
}
