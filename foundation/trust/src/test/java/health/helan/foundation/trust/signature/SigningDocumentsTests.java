package health.helan.foundation.trust.signature;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.CertificateFiles;
import health.helan.foundation.trust.crypto.KeyVault;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.crypto.SignedMessage;
import health.helan.foundation.trust.crypto.Signer;
import health.helan.foundation.trust.crypto.TimeStamps;
import health.helan.foundation.trust.signature.SigningServer.Hand;
import health.helan.foundation.trust.signature.SigningServer.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Documents are signed by those who may, and every signature is told from one that does not hold.
 */
class SigningDocumentsTests {
  private final SigningServer server = SigningServer.get();
  private final String run = UUID.randomUUID().toString().substring(0, 8);
  private final String hospital = "h-" + run;
  private final String doctorId = "dr-" + run;
  private final Caller system = SigningServer.system(hospital);
  private final Caller doctor = SigningServer.practitioner(doctorId, hospital);
  private String patient;
  private Caller resident;

  @BeforeEach
  void aDoctorWhoTreatsAResident() {
    server.created(
        SigningServer.ROOT,
        "{'resourceType':'Organization','id':'%s','name':'试验医院'}".formatted(hospital));
    server.created(
        SigningServer.ROOT,
        "{'resourceType':'Practitioner','id':'%s','name':[{'text':'张医生'}]}".formatted(doctorId));
    patient =
        server.created(
            system, "{'resourceType':'Patient','name':[{'text':'李小明'}],'birthDate':'1980-01-01'}");
    resident = SigningServer.resident(patient);
    server.created(
        system,
        "{'resourceType':'Encounter','status':'in-progress','class':{'code':'AMB'},'subject':{'reference':'Patient/%s'},'participant':[{'individual':{'reference':'Practitioner/%s'}}],'period':{'start':'%s'}}"
            .formatted(patient, doctorId, Instant.now().truncatedTo(ChronoUnit.SECONDS)));
  }

  @AfterEach
  void now() {
    server.clock.ahead(Duration.ZERO);
  }

  private void enrol(String algorithm) {
    Reply reply =
        server.call(
            SigningServer.ROOT,
            "$signer",
            "step",
            "enrol",
            "holder",
            "Practitioner/" + doctorId,
            "name",
            "张医生 " + run,
            "algorithm",
            algorithm);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  private String prescription() {
    return server.created(
        doctor,
        "{'resourceType':'MedicationRequest','status':'active','intent':'order','subject':{'reference':'Patient/%s'},'medicationCodeableConcept':{'text':'阿莫西林胶囊 0.25g'},'requester':{'reference':'Practitioner/%s'},'dosageInstruction':[{'text':'口服，一次 2 粒，一日 3 次','doseAndRate':[{'doseQuantity':{'value':0.50,'unit':'g'}}]}]}"
            .formatted(patient, doctorId));
  }

  private String consent() {
    return server.created(
        resident,
        """
        {'resourceType':'Consent','status':'active',\
        'scope':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/consentscope','code':'patient-privacy'}]},\
        'category':[{'coding':[{'system':'http://loinc.org','code':'59284-0'}]}],\
        'patient':{'reference':'Patient/%1$s'},'performer':[{'reference':'Patient/%1$s'}],\
        'policy':[{'uri':'https://helan.health/consent/record-access/1'}],\
        'provision':{'type':'permit','actor':[{'role':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/v3-ParticipationType','code':'IRCP'}]},'reference':{'reference':'Organization/%2$s'}}]}}"""
            .formatted(patient, hospital));
  }

  private Reply signed(Caller caller, String path, String... parameters) {
    Reply reply = server.call(caller, path + "/$sign", parameters);
    assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    return reply;
  }

  private Reply verify(Caller caller, String path) {
    Reply reply = server.get(caller, path + "/$verify-signature");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply;
  }

  private static void is(Reply reply, Verdict verdict, String detail) {
    assertThat(reply.value("verdict")).as(reply.text()).isEqualTo(verdict.code());
    assertThat(reply.value("detail")).isEqualTo(detail);
    assertThat(reply.value("valid")).isEqualTo(Boolean.toString(verdict == Verdict.VALID));
  }

  private void refused(Reply reply, int status, String contains) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    String said = reply.json().path("issue").path(0).path("details").path("text").asString("");
    assertThat(said.isEmpty() ? reply.text() : said).contains(contains);
  }

  private int signatures() {
    Reply all = server.get(SigningServer.ROOT, "Provenance?_summary=count");
    return all.json().path("total").asInt(-1);
  }

  // ------------------------------------------------------------------ signing

  @ParameterizedTest
  @ValueSource(strings = {"sm2", "ecdsa", "rsa"})
  void aPrescriptionIsSignedAndTheSignatureHolds(String algorithm) {
    enrol(algorithm);
    String id = prescription();
    Reply reply = signed(doctor, "MedicationRequest/" + id, "reason", "门诊处方", "ifVersion", "1");
    JsonNode provenance = reply.json();
    assertThat(provenance.path("target").path(0).path("reference").asString(""))
        .isEqualTo("MedicationRequest/" + id + "/_history/1");
    JsonNode signature = provenance.path("signature").path(0);
    assertThat(signature.path("type").path(0).path("code").asString(""))
        .isEqualTo("1.2.840.10065.1.12.1.1");
    assertThat(signature.path("sigFormat").asString("")).isEqualTo("application/pkcs7-signature");
    Reply verified = verify(doctor, "Provenance/" + reply.id());
    is(verified, Verdict.VALID, "");
    assertThat(verified.value("signer")).contains("Practitioner/" + doctorId);
    assertThat(verified.value("onBehalfOf")).contains("Organization/" + hospital);
    assertThat(verified.value("certificateSubject")).contains("张医生 " + run);
    assertThat(verified.value("certificateIssuer"))
        .contains(algorithm.equals("rsa") ? "Root CA (RSA)" : "Issuing CA");
    assertThat(verified.value("certificateSerial")).matches("[0-9a-f]+");
    assertThat(verified.value("algorithm"))
        .isEqualTo(
            switch (algorithm) {
              case "sm2" -> "SM3withSM2";
              case "ecdsa" -> "SHA256withECDSA";
              default -> "SHA256withRSA";
            });
    assertThat(verified.value("timeFrom")).isEqualTo("time-stamp");
    assertThat(verified.value("heldBy")).isEqualTo("certificate");
    assertThat(verified.value("revocationKnown")).isEqualTo("true");
    assertThat(verified.value("reason")).contains("门诊处方");
    Reply xml =
        server.send(
            doctor,
            "GET",
            "Provenance/" + reply.id() + "/$verify-signature",
            null,
            "Accept",
            "application/fhir+xml");
    assertThat(xml.text()).contains("<valueCode value=\"valid\"");
  }

  @Test
  void aLaterVersionLeavesTheSignatureWithTheOneThatWasSigned() {
    enrol("sm2");
    String id = prescription();
    signed(doctor, "MedicationRequest/" + id);
    ObjectNode changed = (ObjectNode) server.get(doctor, "MedicationRequest/" + id).json();
    changed.put("status", "stopped");
    assertThat(server.send(doctor, "PUT", "MedicationRequest/" + id, changed.toString()).status())
        .isEqualTo(200);
    Reply now = verify(doctor, "MedicationRequest/" + id);
    assertThat(now.value("valid")).isEqualTo("false");
    assertThat(now.value("version")).isEqualTo("2");
    assertThat(now.value("signaturesOnOtherVersions")).isEqualTo("1");
    Reply then = server.get(doctor, "MedicationRequest/" + id + "/$verify-signature?version=1");
    is(then, Verdict.VALID, "");
    assertThat(then.value("currentVersion")).isEqualTo("2");
    assertThat(
            server.get(doctor, "MedicationRequest/" + id + "/$verify-signature?version=9").status())
        .isEqualTo(404);
  }

  @Test
  void severalSignTheSameVersion() {
    enrol("sm2");
    String id = prescription();
    signed(doctor, "MedicationRequest/" + id);
    assertThat(
            server
                .call(
                    SigningServer.ROOT,
                    "$signer",
                    "step",
                    "enrol",
                    "holder",
                    "Organization/" + hospital,
                    "name",
                    "试验医院 " + run)
                .status())
        .isEqualTo(200);
    signed(system, "MedicationRequest/" + id, "type", "1.2.840.10065.1.12.1.5");
    Reply both = verify(doctor, "MedicationRequest/" + id);
    assertThat(both.value("valid")).isEqualTo("true");
    List<String> signers = new ArrayList<>();
    for (JsonNode parameter : both.json().path("parameter")) {
      for (JsonNode part : parameter.path("part")) {
        if (part.path("name").asString("").equals("signer")) {
          signers.add(part.path("valueReference").path("reference").asString(""));
        }
      }
    }
    assertThat(signers)
        .containsExactlyInAnyOrder("Practitioner/" + doctorId, "Organization/" + hospital);
  }

  @Test
  void aReportIsSignedWithItsValues() throws Exception {
    enrol("sm2");
    String value =
        server.created(
            doctor,
            "{'resourceType':'Observation','status':'final','code':{'text':'空腹血糖'},'subject':{'reference':'Patient/%s'},'valueQuantity':{'value':5.10,'unit':'mmol/L'}}"
                .formatted(patient));
    String report =
        server.created(
            doctor,
            "{'resourceType':'DiagnosticReport','status':'final','code':{'text':'血糖'},'subject':{'reference':'Patient/%s'},'result':[{'reference':'Observation/%s'}]}"
                .formatted(patient, value));
    Reply reply = signed(doctor, "DiagnosticReport/" + report);
    assertThat(reply.json().path("target").path(1).path("reference").asString(""))
        .isEqualTo("Observation/" + value + "/_history/1");
    is(verify(doctor, "DiagnosticReport/" + report), Verdict.VALID, "");
    is(verify(doctor, "Observation/" + value), Verdict.VALID, "");
    server.alter("Observation", value, 1, json -> json.replace("5.10", "5.1"));
    is(verify(doctor, "DiagnosticReport/" + report), Verdict.ALTERED, "content");
  }

  @Test
  void aPrescriptionIsSignedWithTheMedicineItRefersTo() throws Exception {
    enrol("sm2");
    String medicine =
        server.created(system, "{'resourceType':'Medication','code':{'text':'阿莫西林胶囊 0.25 g'}}");
    String json =
        "{'resourceType':'MedicationRequest','status':'active','intent':'order','subject':{'reference':'Patient/%s'},'medicationReference':{'reference':'Medication/%s'}}";
    String path = "MedicationRequest/" + server.created(doctor, json.formatted(patient, medicine));
    Reply reply = signed(doctor, path);
    assertThat(reply.json().path("target").path(1).path("reference").asString(""))
        .isEqualTo("Medication/" + medicine + "/_history/1");
    is(verify(doctor, path), Verdict.VALID, "");
    server.alter("Medication", medicine, 1, text -> text.replace("阿莫西林", "甲氨蝶呤"));
    is(verify(doctor, path), Verdict.ALTERED, "content");
    String other = "MedicationRequest/" + server.created(doctor, json.formatted(patient, "none"));
    refused(server.call(doctor, other + "/$sign"), 422, "which you do not see");
  }

  @Test
  void aResidentAgreesInTheSession() {
    String id = consent();
    Reply reply = signed(resident, "Consent/" + id);
    assertThat(
            reply.json().path("signature").path(0).path("type").path(0).path("code").asString(""))
        .isEqualTo("1.2.840.10065.1.12.1.7");
    Reply verified = verify(resident, "Consent/" + id);
    is(verified, Verdict.VALID, "");
    assertThat(verified.value("heldBy")).isEqualTo("platform-session");
    assertThat(verified.value("signer")).contains("Patient/" + patient);
    assertThat(reply.text()).contains(resident.subject());
    assertThat(verified.value("certificateSubject")).contains("Seal");
  }

  @Test
  void aResidentSignsTheContractThatIsOffered() {
    String path =
        "Contract/"
            + server.created(
                system,
                "{'resourceType':'Contract','status':'offered','title':'家庭医生签约服务协议','subject':[{'reference':'Patient/%s'}]}"
                    .formatted(patient));
    JsonNode signature = signed(resident, path).json().path("signature").path(0);
    assertThat(signature.path("type").path(0).path("code").asString(""))
        .isEqualTo("1.2.840.10065.1.12.1.7");
    is(verify(resident, path), Verdict.VALID, "");
    is(verify(system, path), Verdict.VALID, "");
    String other = server.created(system, "{'resourceType':'Patient','name':[{'text':'李小小'}]}");
    assertThat(server.call(SigningServer.resident(other), path + "/$sign").status()).isEqualTo(404);
  }

  @Test
  void whoActsForAnotherSignsWithTheAccountOnTheOthersBehalf() {
    String child = server.created(system, "{'resourceType':'Patient','name':[{'text':'李小小'}]}");
    Caller parent = SigningServer.resident(patient, child);
    String id = consent();
    JsonNode signature = signed(parent, "Consent/" + id).json().path("signature").path(0);
    assertThat(signature.path("who").path("identifier").path("value").asString(""))
        .isEqualTo(parent.subject());
    assertThat(signature.path("onBehalfOf").path("reference").asString(""))
        .isEqualTo("Patient/" + patient);
    is(verify(parent, "Consent/" + id), Verdict.VALID, "");
  }

  // ------------------------------------------------------------------ refusals

  @Test
  void whoMayNotSignIsRefused() {
    enrol("sm2");
    String id = prescription();
    String path = "MedicationRequest/" + id + "/$sign";
    int before = signatures();
    refused(server.call(resident, path), 403, "may not sign");
    refused(
        server.call(SigningServer.of(Caller.Role.REGULATOR, "", Caller.Binding.NONE), path),
        403,
        "may not sign");
    refused(
        server.call(SigningServer.of(Caller.Role.OPERATOR, "", Caller.Binding.NONE), path),
        403,
        "may not sign");
    refused(server.call(SigningServer.ROOT, path), 403, "may not sign");
    refused(server.call(doctor, "Observation/x/$sign"), 403, "may not sign");
    refused(server.call(SigningServer.practitioner("stranger-" + run, "elsewhere"), path), 404, "");
    // A colleague of the same institution who does not treat the resident sees it masked.
    refused(
        server.call(SigningServer.practitioner("colleague-" + run, hospital), path), 403, "masked");
    Caller narrow =
        SigningServer.of(
            Caller.Role.PRACTITIONER,
            hospital,
            new Caller.Binding(doctorId, Set.of(), Set.of(), Set.of("user/*.rs")));
    refused(server.call(narrow, path), 403, "may not sign");
    assertThat(signatures()).isEqualTo(before);
  }

  @Test
  void whoTreatsTheResidentElsewhereReadsButDoesNotSign() {
    String id = prescription();
    String other = "other-" + run;
    server.created(
        SigningServer.system("h2-" + run),
        "{'resourceType':'Encounter','status':'in-progress','class':{'code':'AMB'},'subject':{'reference':'Patient/%s'},'participant':[{'individual':{'reference':'Practitioner/%s'}}]}"
            .formatted(patient, other));
    Caller elsewhere = SigningServer.practitioner(other, "h2-" + run);
    if (server.get(elsewhere, "MedicationRequest/" + id).status() == 200) {
      refused(
          server.call(elsewhere, "MedicationRequest/" + id + "/$sign"), 403, "not yours to sign");
    } else {
      refused(server.call(elsewhere, "MedicationRequest/" + id + "/$sign"), 404, "");
    }
  }

  @Test
  void aResidentDoesNotSignAnothersConsent() {
    String id = consent();
    String other = server.created(system, "{'resourceType':'Patient','name':[{'text':'王五'}]}");
    refused(server.call(SigningServer.resident(other), "Consent/" + id + "/$sign"), 404, "");
  }

  @Test
  void badInputIsRefusedInTheLanguageOfTheUser() {
    String id = prescription();
    String path = "MedicationRequest/" + id;
    refused(server.call(doctor, path + "/$sign"), 422, "no certificate");
    enrol("sm2");
    refused(server.call(doctor, path + "/$sign", "ifVersion", "7"), 412, "version 1, not 7");
    refused(server.call(doctor, path + "/$sign", "ifVersion", "x"), 400, "ifVersion");
    refused(server.call(doctor, path + "/$sign", "type", "1.2.3"), 400, "E1762");
    refused(server.call(doctor, path + "/$sign", "algorithm", "md5"), 400, "algorithm");
    refused(server.call(doctor, path + "/$sign", "algorithm", "rsa"), 422, "no certificate");
    assertThat(server.get(doctor, path + "/$sign").status()).isEqualTo(405);
    Reply chinese =
        server.send(
            doctor,
            "POST",
            path + "/$sign",
            "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"ifVersion\",\"valueInteger\":7}]}",
            "Accept-Language",
            "zh");
    refused(chinese, 412, "当前为第 1 版");
    refused(
        server.call(doctor, "$signer", "step", "enrol", "holder", "Practitioner/x", "name", "x"),
        403,
        "$signer");
    refused(
        server.call(
            SigningServer.ROOT,
            "$signer",
            "step",
            "enrol",
            "holder",
            "Practitioner/nobody-" + run,
            "name",
            "x"),
        404,
        "");
    refused(
        server.call(
            SigningServer.ROOT, "$signer", "step", "enrol", "holder", "Patient/x", "name", "x"),
        400,
        "holder");
  }

  @Test
  void anAttachmentOutsideIsNotSignedWithoutItsHash() {
    enrol("sm2");
    String json =
        "{'resourceType':'DocumentReference','status':'current','subject':{'reference':'Patient/%s'},'content':[{'attachment':{'contentType':'application/pdf','url':'https://example.org/a.pdf'%s}}]}";
    String bare = server.created(doctor, json.formatted(patient, ""));
    refused(server.call(doctor, "DocumentReference/" + bare + "/$sign"), 422, "without its hash");
    String hashed =
        server.created(doctor, json.formatted(patient, ",'hash':'2jmj7l5rSw0yVb/vlWAYkK/YBwk='"));
    signed(doctor, "DocumentReference/" + hashed);
  }

  @Test
  void noSignatureComesInAnyOtherWay() {
    enrol("sm2");
    String id = prescription();
    Reply reply = signed(doctor, "MedicationRequest/" + id);
    ObjectNode copy = (ObjectNode) reply.json();
    String path = "Provenance/" + reply.id();
    for (Caller caller : List.of(doctor, system, SigningServer.ROOT)) {
      ObjectNode fresh = copy.deepCopy();
      fresh.remove("id");
      refused(server.send(caller, "POST", "Provenance", fresh.toString()), 403, "$sign alone");
      refused(server.send(caller, "PUT", path, copy.toString()), 403, "$sign alone");
      ObjectNode bare = copy.deepCopy();
      bare.remove("signature");
      refused(server.send(caller, "PUT", path, bare.toString()), 403, "$sign alone");
      ObjectNode bundle = Json.MAPPER.createObjectNode();
      bundle.put("resourceType", "Bundle").put("type", "transaction");
      var entry = bundle.putArray("entry").addObject();
      entry.set("resource", fresh);
      entry.putObject("request").put("method", "POST").put("url", "Provenance");
      refused(server.send(caller, "POST", "", bundle.toString()), 403, "$sign alone");
      assertThat(server.send(caller, "DELETE", path, null).status()).isEqualTo(403);
    }
    is(verify(doctor, path), Verdict.VALID, "");
    server.created(
        system,
        "{'resourceType':'Provenance','target':[{'reference':'MedicationRequest/%s'}],'recorded':'2026-11-26T00:00:00Z','agent':[{'who':{'reference':'Organization/%s'}}]}"
            .formatted(id, hospital));
  }

  @Test
  void whoDoesNotSeeTheDocumentLearnsNothingOfItsSignatures() {
    enrol("sm2");
    String id = prescription();
    Reply reply = signed(doctor, "MedicationRequest/" + id);
    Caller stranger = SigningServer.practitioner("stranger-" + run, "elsewhere");
    refused(server.get(stranger, "Provenance/" + reply.id() + "/$verify-signature"), 404, "");
    refused(server.get(stranger, "Provenance/none-" + run + "/$verify-signature"), 404, "");
    refused(server.get(stranger, "MedicationRequest/" + id + "/$verify-signature"), 404, "");
    is(verify(resident, "Provenance/" + reply.id()), Verdict.VALID, "");
  }

  // ------------------------------------------------------------------ verdicts

  @Test
  void aContentChangedInTheDatabaseIsFound() throws Exception {
    enrol("sm2");
    String id = prescription();
    signed(doctor, "MedicationRequest/" + id);
    server.alter("MedicationRequest", id, 1, json -> json.replace("一次 2 粒", "一次 4 粒"));
    is(verify(doctor, "MedicationRequest/" + id), Verdict.ALTERED, "content");
  }

  @Test
  void aContentThatDoesNotOpenAnyMoreIsFound() throws Exception {
    enrol("sm2");
    String id = prescription();
    Reply reply = signed(doctor, "MedicationRequest/" + id);
    // What becomes of an encrypted row that is touched: it does not open.
    try (var connection = server.database.getConnection();
        var update =
            connection.prepareStatement(
                "update "
                    + health.helan.foundation.store.sql.Tables.of("MedicationRequest")
                    + " set content = ? where id = ?")) {
      update.setBytes(1, new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
      update.setString(2, id);
      assertThat(update.executeUpdate()).isEqualTo(1);
    }
    is(verify(doctor, "MedicationRequest/" + id), Verdict.ALTERED, "content");
    is(verify(system, "Provenance/" + reply.id()), Verdict.ALTERED, "content");
    assertThat(
            server
                .get(
                    SigningServer.practitioner("stranger-" + run, "elsewhere"),
                    "MedicationRequest/" + id + "/$verify-signature")
                .status())
        .isEqualTo(404);
  }

  @Test
  void aSupersededVersionChangedInTheDatabaseIsFound() throws Exception {
    enrol("sm2");
    String id = prescription();
    signed(doctor, "MedicationRequest/" + id);
    ObjectNode changed = (ObjectNode) server.get(doctor, "MedicationRequest/" + id).json();
    server.send(
        doctor, "PUT", "MedicationRequest/" + id, changed.put("status", "stopped").toString());
    server.alter("MedicationRequest", id, 1, json -> json.replace("0.50", "0.5"));
    is(
        server.get(doctor, "MedicationRequest/" + id + "/$verify-signature?version=1"),
        Verdict.ALTERED,
        "content");
  }

  @Test
  void aChangedWordOfTheProvenanceIsFound() throws Exception {
    enrol("sm2");
    String id = prescription();
    Reply reply = signed(doctor, "MedicationRequest/" + id, "reason", "门诊处方");
    server.alter("Provenance", reply.id(), 1, json -> json.replace("门诊处方", "急诊处方"));
    is(verify(doctor, "Provenance/" + reply.id()), Verdict.ALTERED, "provenance");
  }

  @Test
  void aSignatureMovedToAnotherVersionIsFound() throws Exception {
    enrol("sm2");
    String id = prescription();
    Reply reply = signed(doctor, "MedicationRequest/" + id);
    String other = prescription();
    server.alter("Provenance", reply.id(), 1, json -> json.replace(id, other));
    is(verify(doctor, "Provenance/" + reply.id()), Verdict.ALTERED, "provenance");
  }

  @Test
  void aBrokenSignatureIsFound() throws Exception {
    enrol("sm2");
    String id = prescription();
    Reply reply = signed(doctor, "MedicationRequest/" + id);
    String data = reply.json().path("signature").path(0).path("data").asString("");
    server.alter("Provenance", reply.id(), 1, json -> json.replace(data, "AAAA"));
    is(verify(doctor, "Provenance/" + reply.id()), Verdict.MALFORMED, "signature");
    // One bit of what was signed, and one of the signature.
    SignedMessage message = SignedMessage.read(Base64.getDecoder().decode(data));
    byte[] bytes = message.encoded();
    byte[] signature = message.signature();
    int at = indexOf(bytes, signature);
    bytes[at + signature.length - 1] ^= 1;
    String broken = Base64.getEncoder().encodeToString(bytes);
    server.alter("Provenance", reply.id(), 1, json -> json.replace("AAAA", broken));
    is(verify(doctor, "Provenance/" + reply.id()), Verdict.MALFORMED, "signature");
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (java.util.Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("not in it");
  }

  @Test
  void aSignedVersionThatIsGoneIsSaidToBeMissing() throws Exception {
    enrol("sm2");
    String id = prescription();
    Reply reply = signed(doctor, "MedicationRequest/" + id);
    try (var connection = server.database.getConnection();
        var delete =
            connection.prepareStatement(
                "delete from "
                    + health.helan.foundation.store.sql.Tables.of("MedicationRequest")
                    + " where id = ?")) {
      delete.setString(1, id);
      assertThat(delete.executeUpdate()).isEqualTo(1);
    }
    is(verify(system, "Provenance/" + reply.id()), Verdict.MISSING, "content");
  }

  @Test
  void aCertificateThatExpiresLaterTakesNothingBack() {
    enrol("sm2");
    String id = prescription();
    signed(doctor, "MedicationRequest/" + id);
    server.clock.ahead(Duration.ofDays(3 * 365));
    Reply verified = verify(doctor, "MedicationRequest/" + id);
    is(verified, Verdict.VALID, "");
    assertThat(verified.value("certificateNow")).isEqualTo("expired");
    refused(server.call(doctor, "MedicationRequest/" + id + "/$sign"), 422, "expired");
  }

  @Test
  void aCertificateThatIsRevokedLaterTakesNothingBackAndSignsNoMore() {
    enrol("sm2");
    String id = prescription();
    signed(doctor, "MedicationRequest/" + id);
    server.clock.ahead(Duration.ofMinutes(5));
    server.authority.revoke(
        server.authority.ofHolder("Practitioner/" + doctorId).getFirst().id(),
        CertificateAuthority.Reason.AFFILIATION_CHANGED);
    server.clock.ahead(Duration.ofMinutes(10));
    Reply verified = verify(doctor, "MedicationRequest/" + id);
    is(verified, Verdict.VALID, "");
    assertThat(verified.value("certificateNow")).isEqualTo("revoked");
    refused(server.call(doctor, "MedicationRequest/" + id + "/$sign"), 422, "revoked");
  }

  /** Signs with any key at any time, past all that {@code $sign} checks. */
  private Reply forged(
      String path, PrivateKey key, X509Certificate certificate, Duration ahead, boolean stamped) {
    var clock = new Hand();
    clock.ahead(ahead);
    Instant at = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    ObjectNode provenance =
        Act.provenance(
            List.of(path + "/_history/1"),
            at,
            SignatureTypes.AUTHOR,
            null,
            Json.MAPPER.createObjectNode().put("reference", "Practitioner/" + doctorId),
            null,
            null);
    byte[] content = CanonicalForm.of(server.get(doctor, path).http().body());
    byte[] attributes =
        SignedMessage.attributes(content, certificate, at, Act.statement(provenance));
    SignedMessage message;
    try {
      message =
          SignedMessage.assemble(
              attributes, List.of(certificate), SignatureAlgorithm.of(key).sign(key, attributes));
    } catch (java.security.InvalidKeyException e) {
      throw new AssertionError(e);
    }
    if (stamped) {
      message =
          message.stamped(new TimeStamps(server.vault, "time", clock).stamp(message.signature()));
    }
    ((ObjectNode) provenance.path("signature").path(0))
        .put("data", Base64.getEncoder().encodeToString(message.encoded()));
    var outcome =
        server.store.write(
            Caller.platform("test"),
            new Interaction.Create(
                "Provenance", Interaction.Body.ours(provenance), null, null, null));
    return verify(SigningServer.ROOT, "Provenance/" + outcome.id());
  }

  private void register(X509Certificate certificate) {
    Reply reply =
        server.call(
            SigningServer.ROOT,
            "$signer",
            "step",
            "register",
            "holder",
            "Practitioner/" + doctorId,
            "certificate",
            CertificateFiles.pem(List.of(certificate)));
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
  }

  @Test
  void whatAnotherAuthorityCertifiedIsCheckedAsOfTheTimeStamp() throws Exception {
    String path = "MedicationRequest/" + prescription();
    Instant now = Instant.now();
    var outside = new OutsideAuthority(SignatureAlgorithm.ECDSA_SHA256, "CA " + run, now);
    server.trusted.add(List.of(outside.root()), now, "test");
    KeyPair keys = SignatureAlgorithm.ECDSA_SHA256.newKeyPair();
    X509Certificate certificate =
        outside.issue(
            "张医生", keys.getPublic(), now.minus(Duration.ofHours(2)), now.plus(Duration.ofHours(2)));
    register(certificate);
    PrivateKey key = keys.getPrivate();
    Reply valid = forged(path, key, certificate, Duration.ZERO, true);
    is(valid, Verdict.VALID, "");
    assertThat(valid.value("revocationKnown")).isEqualTo("false");
    is(forged(path, key, certificate, Duration.ofHours(3), true), Verdict.EXPIRED, "certificate");
    is(
        forged(path, key, certificate, Duration.ofHours(-3), true),
        Verdict.NOT_YET_VALID,
        "certificate");
    // Without a time stamp nothing says when: it is checked as of now.
    Reply bare = forged(path, key, certificate, Duration.ofHours(-1), false);
    is(bare, Verdict.VALID, "");
    assertThat(bare.value("timeFrom")).isEqualTo("none");
    server.clock.ahead(Duration.ofHours(3));
    is(verify(SigningServer.ROOT, bare.value("provenance")), Verdict.EXPIRED, "certificate");
    server.clock.ahead(Duration.ZERO);

    server.trusted.addRevocations(
        outside.revoked(certificate, now.minus(Duration.ofMinutes(30)), now));
    is(forged(path, key, certificate, Duration.ZERO, true), Verdict.REVOKED, "certificate");
    is(verify(SigningServer.ROOT, valid.value("provenance")), Verdict.REVOKED, "certificate");
    Reply before = forged(path, key, certificate, Duration.ofHours(-1), true);
    is(before, Verdict.VALID, "");
    assertThat(before.value("certificateNow")).isEqualTo("revoked");
  }

  @Test
  void anAuthorityThatNobodyTrustsProvesNothing() throws Exception {
    String path = "MedicationRequest/" + prescription();
    Instant now = Instant.now();
    var outside = new OutsideAuthority(SignatureAlgorithm.SM2_SM3, "CA " + run, now);
    server.trusted.add(List.of(outside.root()), now, "test");
    KeyPair keys = SignatureAlgorithm.SM2_SM3.newKeyPair();
    X509Certificate certificate =
        outside.issue("张医生", keys.getPublic(), now.minusSeconds(60), now.plusSeconds(3600));
    register(certificate);
    Reply valid = forged(path, keys.getPrivate(), certificate, Duration.ZERO, true);
    is(valid, Verdict.VALID, "");
    server.trusted.remove(
        server.trusted.list().stream()
            .filter(one -> one.subject().contains("CA " + run))
            .findFirst()
            .orElseThrow()
            .fingerprint());
    is(verify(SigningServer.ROOT, valid.value("provenance")), Verdict.UNTRUSTED, "certificate");
    refused(
        server.call(
            SigningServer.ROOT,
            "$signer",
            "step",
            "register",
            "holder",
            "Practitioner/" + doctorId,
            "certificate",
            CertificateFiles.pem(List.of(certificate))),
        422,
        "does not know");
  }

  @Test
  void anothersCertificateDoesNotSignInTheDoctorsName() throws Exception {
    enrol("sm2");
    String path = "MedicationRequest/" + prescription();
    server.authority.issue(
        server
            .authority
            .request(
                CertificateAuthority.Kind.PRACTITIONER,
                "Practitioner/other-" + run,
                "别人",
                "other-" + run,
                SignatureAlgorithm.SM2_SM3)
            .id());
    Signer other = server.vault.signer("other-" + run);
    is(forgedBy(path, other, server.vault), Verdict.UNTRUSTED, "signer");
    is(forgedBy(path, server.vault.signer("seal"), server.vault), Verdict.UNTRUSTED, "signer");
  }

  private Reply forgedBy(String path, Signer signer, KeyVault vault) {
    Instant at = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    ObjectNode provenance =
        Act.provenance(
            List.of(path + "/_history/1"),
            at,
            SignatureTypes.AUTHOR,
            null,
            Json.MAPPER.createObjectNode().put("reference", "Practitioner/" + doctorId),
            null,
            null);
    SignedMessage message =
        SignedMessage.sign(
            CanonicalForm.of(server.get(doctor, path).http().body()),
            signer,
            vault.chain("ca-issuing").isEmpty()
                ? List.of(signer.certificate())
                : List.of(signer.certificate(), vault.chain("ca-issuing").getFirst()),
            at,
            Act.statement(provenance));
    ((ObjectNode) provenance.path("signature").path(0))
        .put("data", Base64.getEncoder().encodeToString(message.encoded()));
    var outcome =
        server.store.write(
            Caller.platform("test"),
            new Interaction.Create(
                "Provenance", Interaction.Body.ours(provenance), null, null, null));
    return verify(SigningServer.ROOT, "Provenance/" + outcome.id());
  }

  // ------------------------------------------------------------------ keys of the client

  @ParameterizedTest
  @EnumSource(SignatureAlgorithm.class)
  void aTokenThatTheDoctorKeepsSignsInTwoSteps(SignatureAlgorithm algorithm) throws Exception {
    String path = "MedicationRequest/" + prescription();
    Instant now = Instant.now();
    var outside = new OutsideAuthority(algorithm, "Token CA " + algorithm + run, now);
    server.trusted.add(List.of(outside.root()), now, "test");
    KeyPair token = algorithm.newKeyPair();
    X509Certificate certificate =
        outside.issue("张医生", token.getPublic(), now.minusSeconds(60), now.plusSeconds(86400));
    register(certificate);
    Reply input = server.call(doctor, path + "/$signature-input", "reason", "门诊处方");
    assertThat(input.status()).as(input.text()).isEqualTo(200);
    assertThat(input.value("target")).isEqualTo(path + "/_history/1");
    byte[] attributes = Base64.getDecoder().decode(input.value("signedAttributes"));
    String signature =
        Base64.getEncoder().encodeToString(algorithm.sign(token.getPrivate(), attributes));
    String[] all = {
      "reason",
      "门诊处方",
      "signedAttributes",
      input.value("signedAttributes"),
      "signature",
      signature,
      "certificate",
      input.value("certificate")
    };
    Reply reply = signed(doctor, path, all);
    is(verify(doctor, "Provenance/" + reply.id()), Verdict.VALID, "");

    int before = signatures();
    refused(
        server.call(doctor, path + "/$sign", with(all, "reason", "别的")),
        422,
        "not what $signature-input gave");
    String another =
        Base64.getEncoder()
            .encodeToString(algorithm.sign(algorithm.newKeyPair().getPrivate(), attributes));
    refused(
        server.call(doctor, path + "/$sign", with(all, "signature", another)),
        422,
        "not one of this certificate");
    refused(
        server.call(doctor, path + "/$sign", with(all, "signature", "AAAA")),
        422,
        "not one of this certificate");
    refused(server.call(doctor, path + "/$sign", with(all, "signedAttributes", "AAAA")), 422, "");
    X509Certificate foreign =
        outside.issue("别人", token.getPublic(), now.minusSeconds(60), now.plusSeconds(86400));
    refused(
        server.call(
            doctor,
            path + "/$sign",
            with(all, "certificate", CertificateFiles.pem(List.of(foreign)))),
        403,
        "not registered as yours");
    server.clock.ahead(Duration.ofMinutes(11));
    refused(server.call(doctor, path + "/$sign", all), 422, "10 minutes");
    server.clock.ahead(Duration.ZERO);
    refused(
        server.call(resident, "Consent/" + consent() + "/$signature-input"),
        422,
        "in their session");
    assertThat(signatures()).isEqualTo(before);
  }

  private static String[] with(String[] all, String name, String value) {
    String[] other = all.clone();
    for (int i = 0; i < other.length; i += 2) {
      if (other[i].equals(name)) {
        other[i + 1] = value;
      }
    }
    return other;
  }

  @Test
  void aKeyThatAnotherAuthorityCertifiedIsTakenIntoTheVault() throws Exception {
    Instant now = Instant.now();
    var outside = new OutsideAuthority(SignatureAlgorithm.RSA_SHA256, "P12 CA " + run, now);
    server.trusted.add(List.of(outside.root()), now, "test");
    KeyPair keys = SignatureAlgorithm.RSA_SHA256.newKeyPair();
    X509Certificate certificate =
        outside.issue("张医生", keys.getPublic(), now.minusSeconds(60), now.plusSeconds(86400));
    var file = java.security.KeyStore.getInstance("PKCS12", OutsideAuthority.PROVIDER);
    file.load(null, null);
    file.setKeyEntry(
        "k", keys.getPrivate(), null, new X509Certificate[] {certificate, outside.root()});
    var bytes = new java.io.ByteArrayOutputStream();
    file.store(bytes, "pass phrase".toCharArray());
    String base64 = Base64.getEncoder().encodeToString(bytes.toByteArray());
    refused(imported(base64, "wrong"), 422, "passphrase");
    assertThat(imported(base64, "pass phrase").status()).isEqualTo(200);
    refused(imported(base64, "pass phrase"), 409, "key for");
    String id = prescription();
    signed(doctor, "MedicationRequest/" + id);
    Reply verified = verify(doctor, "MedicationRequest/" + id);
    is(verified, Verdict.VALID, "");
    assertThat(verified.value("certificateIssuer")).contains("P12 CA " + run);
  }

  private Reply imported(String file, String passphrase) {
    return server.call(
        SigningServer.ROOT,
        "$signer",
        "step",
        "import",
        "holder",
        "Practitioner/" + doctorId,
        "file",
        file,
        "passphrase",
        passphrase);
  }

  // ------------------------------------------------------------------ other tools

  @ParameterizedTest
  @ValueSource(strings = {"sm2", "ecdsa", "rsa"})
  void otherToolsReadTheSignatureToo(String algorithm, @TempDir Path folder) throws Exception {
    enrol(algorithm);
    String id = prescription();
    Reply reply = signed(doctor, "MedicationRequest/" + id);
    byte[] cms =
        Base64.getDecoder()
            .decode(reply.json().path("signature").path(0).path("data").asString(""));
    byte[] content = CanonicalForm.of(server.get(doctor, "MedicationRequest/" + id).http().body());
    var read = new CMSSignedData(new CMSProcessableByteArray(content), cms);
    var signer = read.getSignerInfos().getSigners().iterator().next();
    X509Certificate certificate = SignedMessage.read(cms).certificate();
    assertThat(
            signer.verify(
                new JcaSimpleSignerInfoVerifierBuilder()
                    .setProvider(OutsideAuthority.PROVIDER)
                    .build(certificate)))
        .isTrue();
    if (OpenSsl.isMissing()) {
      return;
    }
    Path file = Files.write(folder.resolve("s.der"), cms);
    Path text = Files.write(folder.resolve("content"), content);
    Path own =
        Files.writeString(folder.resolve("own.pem"), CertificateFiles.pem(List.of(certificate)));
    // Link by link: OpenSSL takes the identity that SM2 signs with for the last one alone.
    List<X509Certificate> chain = SignedMessage.read(cms).chain();
    for (X509Certificate issued : chain) {
      X509Certificate issuer =
          chain.stream()
              .filter(one -> one.getSubjectX500Principal().equals(issued.getIssuerX500Principal()))
              .findFirst()
              .orElseThrow();
      Path link = folder.resolve("link.pem");
      Files.writeString(link, CertificateFiles.pem(List.of(issued)));
      Path above = folder.resolve("above.pem");
      Files.writeString(above, CertificateFiles.pem(List.of(issuer)));
      var command =
          new ArrayList<>(List.of("verify", "-partial_chain", "-CAfile", above.toString()));
      if (!algorithm.equals("rsa")) {
        command.addAll(List.of("-vfyopt", "distid:1234567812345678"));
      }
      command.add(link.toString());
      OpenSsl.Ran ran = OpenSsl.run(command.toArray(String[]::new));
      assertThat(ran.exit()).as(ran.said()).isZero();
    }
    if (algorithm.equals("sm2")) {
      Path attributes =
          Files.write(folder.resolve("attributes"), signer.getEncodedSignedAttributes());
      Path value = Files.write(folder.resolve("value"), signer.getSignature());
      Path key = folder.resolve("key.pem");
      OpenSsl.Ran extracted =
          OpenSsl.run("x509", "-in", own.toString(), "-pubkey", "-noout", "-out", key.toString());
      assertThat(extracted.exit()).as(extracted.said()).isZero();
      OpenSsl.Ran verified =
          OpenSsl.run(
              "dgst",
              "-sm3",
              "-verify",
              key.toString(),
              "-sigopt",
              "distid:1234567812345678",
              "-signature",
              value.toString(),
              attributes.toString());
      assertThat(verified.exit()).as(verified.said()).isZero();
      OpenSsl.Ran digest = OpenSsl.run("dgst", "-sm3", text.toString());
      assertThat(digest.said().strip())
          .endsWith(
              java.util.HexFormat.of()
                  .formatHex(
                      org.bouncycastle.asn1.ASN1OctetString.getInstance(
                              signer
                                  .getSignedAttributes()
                                  .get(org.bouncycastle.asn1.cms.CMSAttributes.messageDigest)
                                  .getAttrValues()
                                  .getObjectAt(0))
                          .getOctets()));
      return;
    }
    String[] command = {
      "cms",
      "-verify",
      "-binary",
      "-noverify",
      "-inform",
      "DER",
      "-in",
      file.toString(),
      "-content",
      text.toString(),
      "-out",
      folder.resolve("out").toString()
    };
    OpenSsl.Ran ran = OpenSsl.run(command);
    assertThat(ran.exit()).as(ran.said()).isZero();
    Files.write(
        text, "x".getBytes(StandardCharsets.UTF_8), java.nio.file.StandardOpenOption.APPEND);
    assertThat(OpenSsl.run(command).exit()).isNotZero();
  }

  /** OpenSSL 3, where it is installed. */
  static final class OpenSsl {
    record Ran(int exit, String said) {}

    private OpenSsl() {}

    static Ran run(String... arguments) throws IOException, InterruptedException {
      var command = new ArrayList<>(List.of("openssl"));
      command.addAll(List.of(arguments));
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Ran(process.waitFor(), said);
    }

    static boolean isMissing() throws InterruptedException {
      try {
        if (run("version").said.contains("OpenSSL 3")) {
          return false;
        }
      } catch (IOException e) {
        // Said below.
      }
      System.err.println("SKIPPED: OpenSSL 3 is not there; signatures not cross-checked with it");
      return true;
    }
  }
}
