package health.helan.foundation.trust.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Query;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.policy.RolePolicy;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Certificates and authorities as the operator handles them over the API. */
class CertificateOperationsTests {
  private final MovableClock clock = new MovableClock();
  private StoreForTests open;
  private TrustedAuthorities trusted;
  private CertificateOperation certificate;
  private TrustAuthorityOperation trust;

  @BeforeEach
  void open(@TempDir Path folder) {
    open = StoreForTests.open(new RolePolicy(Clock.systemUTC()));
    trusted = new TrustedAuthorities(open.pool);
    var authority =
        new CertificateAuthority(
            KeyStoreVault.open(folder.resolve("keystore"), "correct horse battery".toCharArray()),
            open.pool,
            trusted,
            clock);
    authority.establish("试");
    certificate = new CertificateOperation(authority);
    trust = new TrustAuthorityOperation(trusted, clock);
  }

  @AfterEach
  void close() {
    open.close();
  }

  private JsonNode call(FhirOperation operation, Caller.Role role, Map<String, String> parameters) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    var list = body.putArray("parameter");
    parameters.forEach(
        (name, value) -> list.addObject().put("name", name).put("valueString", value));
    var answer =
        operation.execute(
            new FhirOperation.Call(
                new Caller("somebody", role, "", Set.of(), "test"),
                open.store,
                "POST",
                null,
                null,
                Query.NONE,
                body,
                "",
                Locale.CHINESE));
    return Json.MAPPER.readTree(Objects.requireNonNull(answer.body())).path("parameter");
  }

  private JsonNode call(FhirOperation operation, Map<String, String> parameters) {
    return call(operation, Caller.Role.OPERATOR, parameters);
  }

  private static String value(JsonNode parameters, String name) {
    for (JsonNode parameter : parameters) {
      if (parameter.path("name").asString("").equals(name)) {
        return parameter.has("valueCode")
            ? parameter.path("valueCode").stringValue()
            : parameter.path("valueString").stringValue();
      }
    }
    throw new AssertionError(name + " is missing in " + parameters);
  }

  private static String request(KeyPair pair) throws Exception {
    var signer = new KeySigner(SignatureAlgorithm.SM2_SM3, pair.getPrivate(), null);
    var request =
        new JcaPKCS10CertificationRequestBuilder(X509.name("H", "h1"), pair.getPublic())
            .build(X509.content(signer));
    var text = new java.io.StringWriter();
    try (var pem = new JcaPEMWriter(text)) {
      pem.writeObject(request);
    }
    return text.toString();
  }

  @Test
  void goThroughTheirStates() throws Exception {
    KeyPair pair = SignatureAlgorithm.SM2_SM3.newKeyPair();
    JsonNode requested =
        call(
            certificate,
            Map.of(
                "step",
                "request",
                "kind",
                "institution",
                "holder",
                "Organization/h1",
                "name",
                "第一医院",
                "request",
                request(pair)));
    String id = value(requested, "id");
    assertThat(value(requested, "state")).isEqualTo("requested");
    JsonNode issued = call(certificate, Map.of("step", "issue", "id", id));
    assertThat(value(issued, "state")).isEqualTo("issued");
    var chain = CertificateFiles.pem(value(issued, "certificate"));
    assertThat(trusted.check(chain, clock.instant()).path()).hasSize(3);
    JsonNode renewed = call(certificate, Map.of("step", "renew", "id", id));
    assertThat(value(renewed, "id")).isNotEqualTo(id);
    clock.turn(Duration.ofMinutes(1));
    JsonNode revoked =
        call(
            certificate,
            Map.of("step", "revoke", "id", value(renewed, "id"), "reason", "key-compromise"));
    assertThat(value(revoked, "state")).isEqualTo("revoked");
    assertThatExceptionOfType(CertificateRefused.class)
        .isThrownBy(
            () ->
                trusted.check(
                    CertificateFiles.pem(value(revoked, "certificate")), clock.instant()));
  }

  @Test
  void ofOthersAreAcceptedOnceTheirAuthorityIs() {
    KeyPair pair = SignatureAlgorithm.SM2_SM3.newKeyPair();
    var signer = new KeySigner(SignatureAlgorithm.SM2_SM3, pair.getPrivate(), null);
    var name = X509.name("Elsewhere", "Root");
    var root =
        X509.issue(
            name,
            name,
            pair.getPublic(),
            pair.getPublic(),
            BigInteger.TWO,
            clock.instant(),
            clock.instant().plus(Duration.ofDays(900)),
            X509.Profile.ROOT,
            signer);
    assertThat(call(new TrustedAuthoritiesOperation(trusted), Map.of())).hasSize(2);
    JsonNode now = call(trust, Map.of("pem", CertificateFiles.pem(List.of(root))));
    assertThat(now).hasSize(3);
    var list =
        X509.revocationList(
            root, signer, Map.of(), 1, clock.instant(), clock.instant().plus(Duration.ofDays(7)));
    try {
      call(trust, Map.of("revocation-list", Base64.getEncoder().encodeToString(list.getEncoded())));
    } catch (java.security.cert.CRLException e) {
      throw new AssertionError(e);
    }
    String fingerprint = "";
    for (JsonNode one : now) {
      if (value(one.path("part"), "addedBy").equals("somebody")) {
        fingerprint = value(one.path("part"), "fingerprint");
      }
    }
    assertThat(call(trust, Map.of("remove", fingerprint))).hasSize(2);
  }

  @Test
  void areTheOperatorsMatterAlone() {
    for (Caller.Role role : Caller.Role.values()) {
      if (role != Caller.Role.OPERATOR) {
        for (FhirOperation operation :
            List.of(certificate, trust, new TrustedAuthoritiesOperation(trusted))) {
          assertThatExceptionOfType(Refusal.class)
              .isThrownBy(() -> call(operation, role, Map.of("step", "issue", "id", "x")))
              .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.FORBIDDEN));
        }
      }
    }
  }

  @Test
  void askForWhatIsMissing() {
    for (Map<String, String> parameters :
        List.of(
            Map.<String, String>of(),
            Map.of("step", "destroy"),
            Map.of("step", "issue"),
            Map.of("step", "request", "kind", "seal", "holder", "x", "name", "x"),
            Map.of("step", "request", "kind", "institution", "holder", "x", "name", "x"),
            Map.of(
                "step",
                "request",
                "kind",
                "institution",
                "holder",
                "x",
                "name",
                "x".repeat(121),
                "request",
                "x"),
            Map.of("step", "revoke", "id", "x", "reason", "mood"))) {
      assertThatExceptionOfType(Refusal.class)
          .as("%s", parameters)
          .isThrownBy(() -> call(certificate, parameters))
          .satisfies(
              refusal -> {
                assertThat(refusal.kind()).isEqualTo(Refusal.Kind.INVALID);
                assertThat(Messages.of(Locale.CHINESE, refusal)).matches("(?s).*\\p{IsHan}.*");
              });
    }
    assertThatExceptionOfType(CertificateRefused.class)
        .isThrownBy(() -> call(trust, Map.of("pem", "nothing")));
    assertThatExceptionOfType(CertificateRefused.class)
        .isThrownBy(() -> call(trust, Map.of("revocation-list", "AAAA")));
  }
}
