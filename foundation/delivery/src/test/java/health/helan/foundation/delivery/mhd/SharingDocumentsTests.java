package health.helan.foundation.delivery.mhd;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.delivery.DeliveryServer;
import health.helan.foundation.delivery.DeliveryServer.Reply;
import health.helan.foundation.store.Caller;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Documents by IHE MHD: ITI-65 to ITI-68 over HTTP, under the real policy. */
class SharingDocumentsTests {
  private static final String MINIMAL =
      "https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.Minimal.ProvideBundle";
  private static final String UNCONTAINED =
      "https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.UnContained.Comprehensive.ProvideBundle";
  private static final String COMPREHENSIVE =
      "https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.Comprehensive.ProvideBundle";

  private final DeliveryServer server = DeliveryServer.get();
  private final String institution = UUID.randomUUID().toString();
  private final Caller system = DeliveryServer.system(institution);
  private final String patient = server.patient(system, "甲");

  // ---- what a sender makes

  private static String oid() {
    return "urn:oid:2.25." + new java.math.BigInteger(120, new java.util.Random());
  }

  private static String hash(byte[] content) {
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** SubmissionSet, DocumentReference, Binary: as the minimal profile has them. */
  private ObjectNode submission(String profile, byte[] content) {
    ObjectNode bundle =
        DeliveryServer.tree(
            """
            {'resourceType':'Bundle','meta':{'profile':['%s|4.2.3']},'type':'transaction','entry':[
             {'fullUrl':'urn:uuid:0c3151bd-1cbf-4d64-b04d-000000000001','request':{'method':'POST','url':'List'},
              'resource':{'resourceType':'List','status':'current','mode':'working',
               'extension':[{'url':'https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-sourceId',
                 'valueIdentifier':{'value':'urn:oid:1.2.3.4'}}],
               'identifier':[{'system':'urn:ietf:rfc:3986','value':'%s'}],
               'code':{'coding':[{'system':'https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes','code':'submissionset'}]},
               'subject':{'reference':'Patient/%s'},'date':'2026-11-26T10:00:00+08:00',
               'entry':[{'item':{'reference':'urn:uuid:0c3151bd-1cbf-4d64-b04d-000000000002'}}]}},
             {'fullUrl':'urn:uuid:0c3151bd-1cbf-4d64-b04d-000000000002','request':{'method':'POST','url':'DocumentReference'},
              'resource':{'resourceType':'DocumentReference','status':'current',
               'masterIdentifier':{'system':'urn:ietf:rfc:3986','value':'%s'},
               'subject':{'reference':'Patient/%s'},
               'content':[{'attachment':{'contentType':'application/pdf','creation':'2026-11-25T08:00:00+08:00',
                 'url':'urn:uuid:0c3151bd-1cbf-4d64-b04d-000000000003'}}]}},
             {'fullUrl':'urn:uuid:0c3151bd-1cbf-4d64-b04d-000000000003','request':{'method':'POST','url':'Binary'},
              'resource':{'resourceType':'Binary','contentType':'application/pdf','data':'%s'}}]}
            """
                .formatted(
                    profile,
                    oid(),
                    patient,
                    oid(),
                    patient,
                    Base64.getEncoder().encodeToString(content)));
    return bundle;
  }

  private ObjectNode submission(String content) {
    return submission(MINIMAL, content.getBytes(StandardCharsets.UTF_8));
  }

  private static ObjectNode resource(ObjectNode bundle, int entry) {
    return (ObjectNode) bundle.path("entry").path(entry).get("resource");
  }

  private static ObjectNode attachment(ObjectNode bundle) {
    return (ObjectNode) resource(bundle, 1).path("content").path(0).get("attachment");
  }

  private Reply send(Caller caller, ObjectNode bundle, String... headers) {
    return server.send(caller, "POST", "", bundle.toString(), headers);
  }

  private JsonNode accepted(ObjectNode bundle) {
    Reply reply = send(system, bundle);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  private static String id(JsonNode response, int entry) {
    return response
        .path("entry")
        .path(entry)
        .path("response")
        .path("location")
        .asString()
        .split("/")[1];
  }

  private JsonNode read(String reference) {
    Reply reply = server.get(system, reference);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.json();
  }

  private void refused(ObjectNode bundle, int status, String word) {
    long before =
        read("DocumentReference?_summary=count&_total=accurate&patient=" + patient)
            .path("total")
            .asLong();
    Reply reply = send(system, bundle);
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.json().path("resourceType").asString()).isEqualTo("OperationOutcome");
    assertThat(reply.text()).contains(word);
    assertThat(
            read("DocumentReference?_summary=count&_total=accurate&patient=" + patient)
                .path("total")
                .asLong())
        .as("nothing was stored")
        .isEqualTo(before);
  }

  // ---- ITI-65

  @Test
  void aSubmissionIsStoredWholeAndItsBytesAreTheResidents() {
    byte[] content = "%PDF-1.7 出院小结".getBytes(StandardCharsets.UTF_8);
    ObjectNode bundle = submission(MINIMAL, content);
    attachment(bundle).put("hash", hash(content)).put("size", content.length);

    JsonNode response = accepted(bundle);

    assertThat(response.path("type").asString()).isEqualTo("transaction-response");
    assertThat(response.path("entry")).hasSize(3);
    for (JsonNode entry : response.path("entry")) {
      assertThat(entry.path("response").path("status").asString()).startsWith("201");
      assertThat(entry.path("response").path("location").asString()).isNotEmpty();
    }
    JsonNode document = read("DocumentReference/" + id(response, 1));
    assertThat(document.at("/content/0/attachment/url").asString())
        .isEqualTo("Binary/" + id(response, 2));
    assertThat(read("List/" + id(response, 0)).at("/entry/0/item/reference").asString())
        .isEqualTo("DocumentReference/" + id(response, 1));
    assertThat(
            server
                .get(system, "Binary/" + id(response, 2), "Accept", "application/fhir+json")
                .json()
                .at("/securityContext/reference")
                .asString())
        .isEqualTo("Patient/" + patient);
    assertThat(server.audited.getLast().toString()).doesNotContain("出院小结");
  }

  @Test
  void hashAndSizeAreAddedWhereTheSenderLeftThemOut() {
    byte[] content = new byte[200_000]; // Long enough to go to the object store.
    new java.util.Random(7).nextBytes(content);
    JsonNode response = accepted(submission(MINIMAL, content));

    JsonNode attachment = read("DocumentReference/" + id(response, 1)).at("/content/0/attachment");
    assertThat(attachment.path("hash").asString()).isEqualTo(hash(content));
    assertThat(attachment.path("size").asInt()).isEqualTo(content.length);
    Reply bytes = server.get(system, "Binary/" + id(response, 2), "Accept", "application/pdf");
    assertThat(bytes.http().body()).isEqualTo(content);
  }

  @ParameterizedTest
  @CsvSource({
    "hash, XDSNonIdenticalHash",
    "size, XDSNonIdenticalSize",
    "contentType, XDSRepositoryMetadataError",
    "elsewhere, XDSMissingDocument",
    "data, data",
    "docStatus, docStatus",
    "noMaster, masterIdentifier",
    "twoContents, content",
    "superseded, status",
    "noSubject, subject"
  })
  void aDocumentThatIsNotWhatItsMetadataSayIsRefused(String fault, String word) {
    ObjectNode bundle = submission("x");
    ObjectNode document = resource(bundle, 1);
    switch (fault) {
      case "hash" -> attachment(bundle).put("hash", hash("y".getBytes(StandardCharsets.UTF_8)));
      case "size" -> attachment(bundle).put("size", 2);
      case "contentType" -> attachment(bundle).put("contentType", "text/plain");
      case "elsewhere" -> attachment(bundle).put("url", "https://his.example.org/doc/1");
      case "data" -> attachment(bundle).put("data", "eA==");
      case "docStatus" -> document.put("docStatus", "final");
      case "noMaster" -> document.remove("masterIdentifier");
      case "twoContents" ->
          ((ArrayNode) document.get("content")).add(document.path("content").path(0).deepCopy());
      case "superseded" -> document.put("status", "superseded");
      default -> document.remove("subject");
    }
    refused(bundle, 422, word);
  }

  @ParameterizedTest
  @CsvSource({
    "noSet, XDSRegistryMetadataError",
    "twoSets, XDSRegistryMetadataError",
    "noSourceId, sourceId",
    "notWorking, working",
    "noMember, SubmissionSet",
    "strangeMember, fullUrl",
    "otherEntry, submission",
    "fhirDocument, FHIRDocumentNotSupported",
    "loneBinary, XDSMissingDocumentMetadata",
    "uniqueIdIsNoOid, OID"
  })
  void aSubmissionOfAnotherShapeIsRefused(String fault, String word) {
    ObjectNode bundle = submission("x");
    ArrayNode entries = (ArrayNode) bundle.get("entry");
    ObjectNode set = resource(bundle, 0);
    switch (fault) {
      case "noSet" -> entries.remove(0);
      case "twoSets" -> {
        ObjectNode second = (ObjectNode) entries.get(0).deepCopy();
        second.put("fullUrl", "urn:uuid:" + UUID.randomUUID());
        entries.add(second);
      }
      case "noSourceId" -> set.remove("extension");
      case "notWorking" -> set.put("mode", "snapshot");
      case "noMember" ->
          ((ObjectNode) set.at("/entry/0/item")).put("reference", "DocumentReference/1");
      case "strangeMember" ->
          ((ArrayNode) set.get("entry"))
              .addObject()
              .putObject("item")
              .put("reference", "urn:uuid:" + UUID.randomUUID());
      case "otherEntry" ->
          entries.add(
              DeliveryServer.tree(
                  "{'request':{'method':'POST','url':'Observation'},'resource':{'resourceType':'Observation'}}"));
      case "fhirDocument" ->
          entries.add(
              DeliveryServer.tree(
                  "{'request':{'method':'POST','url':'Bundle'},'resource':{'resourceType':'Bundle','type':'document'}}"));
      case "loneBinary" -> {
        ObjectNode second = (ObjectNode) entries.get(2).deepCopy();
        second.put("fullUrl", "urn:uuid:" + UUID.randomUUID());
        entries.add(second);
      }
      default ->
          set.set(
              "identifier",
              DeliveryServer.tree(
                      """
                      {'a':[{'system':'urn:ietf:rfc:3986','value':'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0',
                      'type':{'coding':[{'system':'https://profiles.ihe.net/ITI/MHD/CodeSystem/IHE.MHD.MHDIdentifierType','code':'uniqueId'}]}}]}
                      """)
                  .get("a"));
    }
    refused(bundle, 422, word);
  }

  @Test
  void aBatchMayNotClaimTheProfile() {
    ObjectNode bundle = submission("x");
    bundle.put("type", "batch");
    refused(bundle, 400, "transaction");
  }

  @Test
  void allFaultsAreToldAtOnceInChineseAndEnglish() {
    ObjectNode bundle = submission("x");
    resource(bundle, 0).put("mode", "snapshot");
    resource(bundle, 1).put("docStatus", "final");
    Reply reply = send(system, bundle, "Accept-Language", "zh");
    assertThat(reply.json().path("issue")).hasSize(2);
    assertThat(reply.json().at("/issue/0/expression/0").asString())
        .isEqualTo("Bundle.entry[0].resource.mode");
  }

  @Test
  void withoutTheProfileTheSameBundleIsAnOrdinaryTransaction() {
    ObjectNode bundle = submission("x");
    bundle.remove("meta");
    attachment(bundle).put("size", 99);
    accepted(bundle);
  }

  // ---- whose

  @Test
  void allBelongsToOnePatientWhomTheSenderSees() {
    String other = server.patient(system, "乙");
    ObjectNode two = submission("x");
    ((ObjectNode) resource(two, 0).get("subject")).put("reference", "Patient/" + other);
    refused(two, 422, "XDSPatientIdDoesNotMatch");

    ObjectNode nobody = submission("x");
    ((ObjectNode) resource(nobody, 1).get("subject")).put("reference", "Patient/nobody");
    refused(nobody, 422, "XDSUnknownPatientId");

    String elsewhere = server.patient(DeliveryServer.system("another"), "丙");
    ObjectNode hidden = submission("x");
    ((ObjectNode) resource(hidden, 1).get("subject")).put("reference", "Patient/" + elsewhere);
    ((ObjectNode) resource(hidden, 0).get("subject")).put("reference", "Patient/" + elsewhere);
    refused(hidden, 422, "XDSUnknownPatientId");

    ObjectNode bytes = submission("x");
    resource(bytes, 2).putObject("securityContext").put("reference", "Patient/" + other);
    refused(bytes, 422, "XDSPatientIdDoesNotMatch");
  }

  @Test
  void aPatientMayBeNamedByAnIdentifierOrComeAlong() {
    String number = UUID.randomUUID().toString();
    String known =
        server.created(
            system,
            "{'resourceType':'Patient','identifier':[{'system':'urn:his','value':'"
                + number
                + "'}]}");
    ObjectNode byIdentifier = submission("x");
    for (int i = 0; i < 2; i++) {
      ObjectNode subject = resource(byIdentifier, i).putObject("subject");
      if (i == 1) {
        subject.putObject("identifier").put("system", "urn:his").put("value", number);
      } else {
        subject.put("reference", "Patient?identifier=urn:his%7C" + number);
      }
    }
    JsonNode response = accepted(byIdentifier);
    assertThat(read("DocumentReference/" + id(response, 1)).at("/subject/reference").asString())
        .isEqualTo("Patient/" + known);
    assertThat(read("List/" + id(response, 0)).at("/subject/reference").asString())
        .isEqualTo("Patient/" + known);

    ObjectNode along = submission("x");
    ((ArrayNode) along.get("entry"))
        .add(
            DeliveryServer.tree(
                """
                {'fullUrl':'urn:uuid:0c3151bd-1cbf-4d64-b04d-000000000009','request':{'method':'POST','url':'Patient'},
                'resource':{'resourceType':'Patient','name':[{'text':'丁'}]}}
                """));
    for (int i = 0; i < 2; i++) {
      ((ObjectNode) resource(along, i).get("subject"))
          .put("reference", "urn:uuid:0c3151bd-1cbf-4d64-b04d-000000000009");
    }
    JsonNode whole = accepted(along);
    String newcomer = "Patient/" + id(whole, 3);
    assertThat(read("DocumentReference/" + id(whole, 1)).at("/subject/reference").asString())
        .isEqualTo(newcomer);
    assertThat(
            server
                .get(system, "Binary/" + id(whole, 2), "Accept", "application/fhir+json")
                .json()
                .at("/securityContext/reference")
                .asString())
        .isEqualTo(newcomer);
  }

  // ---- identifiers

  @Test
  void aUniqueIdIsTakenOnceAlsoWhenTwoSendItAtOnce() throws Exception {
    ObjectNode first = submission("x");
    accepted(first);
    ObjectNode again = submission("y");
    resource(again, 1).set("masterIdentifier", resource(first, 1).get("masterIdentifier"));
    refused(again, 409, "XDSDuplicateUniqueIdInRegistry");
    ObjectNode set = submission("y");
    resource(set, 0).set("identifier", resource(first, 0).get("identifier"));
    refused(set, 409, "XDSDuplicateUniqueIdInRegistry");

    String contested = oid();
    var tasks = new ArrayList<Callable<Integer>>();
    for (int i = 0; i < 6; i++) {
      ObjectNode one = submission("z" + i);
      ((ObjectNode) resource(one, 1).get("masterIdentifier")).put("value", contested);
      tasks.add(() -> send(system, one).status());
    }
    try (var threads = Executors.newFixedThreadPool(6)) {
      List<Integer> answers = new ArrayList<>();
      for (var answer : threads.invokeAll(tasks)) {
        answers.add(answer.get());
      }
      assertThat(answers).filteredOn(status -> status == 200).hasSize(1);
      assertThat(answers).filteredOn(status -> status == 409).hasSize(5);
    }
  }

  @Test
  void aRepeatUnderTheSameRequestIdIsAnsweredAsTheFirst() {
    ObjectNode bundle = submission("x");
    String request = UUID.randomUUID().toString();
    Reply first = send(system, bundle, "X-Request-Id", request);
    Reply second = send(system, bundle, "X-Request-Id", request);
    assertThat(second.status()).isEqualTo(200);
    assertThat(id(second.json(), 1)).isEqualTo(id(first.json(), 1));
  }

  // ---- replacing

  private ObjectNode replacing(String old) {
    ObjectNode bundle = submission("更正后");
    ObjectNode relation = resource(bundle, 1).putArray("relatesTo").addObject();
    relation.put("code", "replaces");
    relation.putObject("target").put("reference", "DocumentReference/" + old);
    return bundle;
  }

  private String status(String document) {
    return read("DocumentReference/" + document).path("status").asString();
  }

  private static void patch(ObjectNode bundle, String old, String value) {
    ((ArrayNode) bundle.get("entry"))
        .add(
            DeliveryServer.tree(
                """
                {'fullUrl':'urn:uuid:0c3151bd-1cbf-4d64-b04d-000000000008',
                'request':{'method':'PATCH','url':'DocumentReference/%s'},
                'resource':{'resourceType':'Parameters','parameter':[{'name':'operation','part':[
                 {'name':'type','valueCode':'replace'},{'name':'path','valueString':'DocumentReference.status'},
                 {'name':'value','valueCode':'%s'}]}]}}
                """
                    .formatted(old, value)));
  }

  @Test
  void aReplacedDocumentIsSupersededWithOrWithoutTheSendersPatch() {
    String first = id(accepted(submission("一")), 1);
    JsonNode response = accepted(replacing(first));
    assertThat(response.path("entry")).hasSize(3);
    assertThat(status(first)).isEqualTo("superseded");
    String second = id(response, 1);
    assertThat(status(second)).isEqualTo("current");

    ObjectNode third = replacing(second);
    patch(third, second, "superseded");
    ((ObjectNode) resource(third, 1).at("/relatesTo/0/target"))
        .put("reference", "urn:uuid:0c3151bd-1cbf-4d64-b04d-000000000008");
    JsonNode answered = accepted(third);
    assertThat(answered.path("entry")).hasSize(4);
    assertThat(answered.at("/entry/3/response/location").asString())
        .startsWith("DocumentReference/" + second);
    assertThat(status(second)).isEqualTo("superseded");
    assertThat(
            read("DocumentReference/" + id(answered, 1))
                .at("/relatesTo/0/target/reference")
                .asString())
        .isEqualTo("DocumentReference/" + second);
  }

  @Test
  void whatIsReplacedMayBeNamedByItsUniqueId() {
    ObjectNode first = submission("一");
    String old = id(accepted(first), 1);
    ObjectNode second = replacing("x");
    ObjectNode target = (ObjectNode) resource(second, 1).at("/relatesTo/0/target");
    target.remove("reference");
    target.set("identifier", resource(first, 1).get("masterIdentifier"));
    accepted(second);
    assertThat(status(old)).isEqualTo("superseded");
  }

  @Test
  void onlyACurrentDocumentOfTheSamePatientIsReplacedAndOnce() throws Exception {
    String old = id(accepted(submission("一")), 1);
    var tasks = new ArrayList<Callable<Integer>>();
    for (int i = 0; i < 4; i++) {
      ObjectNode one = replacing(old);
      tasks.add(() -> send(system, one).status());
    }
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Integer> answers = new ArrayList<>();
      for (var answer : threads.invokeAll(tasks)) {
        answers.add(answer.get());
      }
      assertThat(answers).filteredOn(status -> status == 200).hasSize(1);
      assertThat(answers).filteredOn(status -> status == 409).hasSize(3);
    }
    refused(replacing(old), 409, "no longer current");

    String other = server.patient(system, "乙");
    ObjectNode theirs = submission("乙的");
    for (int i = 0; i < 2; i++) {
      ((ObjectNode) resource(theirs, i).get("subject")).put("reference", "Patient/" + other);
    }
    String foreign = id(accepted(theirs), 1);
    refused(replacing(foreign), 422, "XDSPatientIdDoesNotMatch");
    assertThat(status(foreign)).isEqualTo("current");

    refused(replacing("nobody"), 404, "DocumentReference/nobody");
  }

  @Test
  void anotherInstitutionsDocumentCannotBeReplaced() {
    String old = id(accepted(submission("一")), 1);
    Caller other = DeliveryServer.system(UUID.randomUUID().toString());
    String own = server.patient(other, "甲");
    ObjectNode bundle = replacing(old);
    for (int i = 0; i < 2; i++) {
      ((ObjectNode) resource(bundle, i).get("subject")).put("reference", "Patient/" + own);
    }
    assertThat(send(other, bundle).status()).isEqualTo(404);
    assertThat(status(old)).isEqualTo("current");
  }

  @Test
  void thePatchOfAReplacedDocumentDoesNothingElse() {
    String old = id(accepted(submission("一")), 1);
    ObjectNode bundle = replacing(old);
    patch(bundle, old, "entered-in-error");
    refused(bundle, 422, "superseded");
    ObjectNode alone = submission("二");
    patch(alone, old, "superseded");
    refused(alone, 422, "replaces");
    assertThat(status(old)).isEqualTo("current");
  }

  // ---- comprehensive metadata

  private ObjectNode comprehensive(String profile, boolean contained) {
    byte[] content = "x".getBytes(StandardCharsets.UTF_8);
    ObjectNode bundle = submission(profile, content);
    ((ArrayNode) resource(bundle, 0).get("extension"))
        .addObject()
        .put("url", "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-designationType")
        .putObject("valueCodeableConcept")
        .put("text", "出院");
    ObjectNode document = resource(bundle, 1);
    document.setAll(
        DeliveryServer.tree(
            """
            {'type':{'text':'出院小结'},'category':[{'text':'住院'}],'securityLabel':[{'text':'N'}],
            'context':{'facilityType':{'text':'医院'},'practiceSetting':{'text':'内科'},
             'sourcePatientInfo':{'reference':'%s'}}}
            """
                .formatted(contained ? "#p" : "Patient/" + patient)));
    if (contained) {
      document.putArray("contained").addObject().put("resourceType", "Patient").put("id", "p");
    }
    attachment(bundle).put("language", "zh-CN");
    ((ObjectNode) document.path("content").path(0))
        .putObject("format")
        .put("system", "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode")
        .put("code", "urn:ihe:iti:xds-sd:pdf:2008");
    return bundle;
  }

  @ParameterizedTest
  @CsvSource({
    "type",
    "category",
    "securityLabel",
    "format",
    "language",
    "creation",
    "facilityType",
    "practiceSetting",
    "sourcePatientInfo",
    "designationType"
  })
  void comprehensiveMetadataAreWhole(String element) {
    accepted(comprehensive(UNCONTAINED, false));
    ObjectNode bundle = comprehensive(UNCONTAINED, false);
    ObjectNode document = resource(bundle, 1);
    switch (element) {
      case "format" -> ((ObjectNode) document.path("content").path(0)).remove(element);
      case "language", "creation" -> attachment(bundle).remove(element);
      case "facilityType", "practiceSetting", "sourcePatientInfo" ->
          ((ObjectNode) document.get("context")).remove(element);
      case "designationType" -> ((ArrayNode) resource(bundle, 0).get("extension")).remove(1);
      default -> document.remove(element);
    }
    refused(bundle, 422, element);
  }

  @Test
  void theComprehensiveProfileWantsPeopleContained() {
    accepted(comprehensive(COMPREHENSIVE, true));
    refused(comprehensive(COMPREHENSIVE, false), 422, "sourcePatientInfo");
  }

  // ---- ITI-66, ITI-67, ITI-68

  private JsonNode until(String query, Consumer<JsonNode> met) throws InterruptedException {
    AssertionError last = null;
    for (long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        System.nanoTime() < end; ) {
      Reply reply = server.get(system, query);
      try {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        met.accept(reply.json());
        return reply.json();
      } catch (AssertionError e) {
        last = e; // A new search parameter is searchable once it is indexed.
        Thread.sleep(50);
      }
    }
    throw last == null ? new AssertionError(query) : last;
  }

  @Test
  void whatWasSubmittedIsFoundAndRetrieved() throws InterruptedException {
    byte[] content = "全文".getBytes(StandardCharsets.UTF_8);
    ObjectNode bundle = comprehensive(UNCONTAINED, false);
    resource(bundle, 2).put("data", Base64.getEncoder().encodeToString(content));
    ((ObjectNode) resource(bundle, 0).at("/extension/1/valueCodeableConcept"))
        .putArray("coding")
        .addObject()
        .put("system", "http://loinc.org")
        .put("code", "18842-5");
    JsonNode response = accepted(bundle);
    String uid = resource(bundle, 1).at("/masterIdentifier/value").asString();
    Consumer<JsonNode> one = found -> assertThat(found.path("entry")).hasSize(1);

    until("List?patient=" + patient + "&code=submissionset&status=current", one);
    until(
        "List?patient=" + patient + "&code=submissionset&status=current&sourceId=urn:oid:1.2.3.4",
        one);
    until(
        "List?patient="
            + patient
            + "&status=current&code=submissionset&designationType="
            + URLEncoder.encode("http://loinc.org|18842-5", StandardCharsets.UTF_8),
        one);
    until(
        "List?patient=" + patient + "&code=folder&status=current",
        none -> assertThat(none.path("entry")).isEmpty());
    until("DocumentReference?patient=" + patient + "&status=current&creation=2026-11-25", one);
    until(
        "DocumentReference?patient=" + patient + "&status=current&creation=lt2026-11-25",
        none -> assertThat(none.path("entry")).isEmpty());
    JsonNode found =
        until(
            "DocumentReference?identifier="
                + URLEncoder.encode("urn:ietf:rfc:3986|" + uid, StandardCharsets.UTF_8)
                + "&patient="
                + patient
                + "&status=current",
            one);
    Reply search =
        server.send(
            system,
            "POST",
            "DocumentReference/_search",
            "patient=" + patient + "&status=current",
            "Content-Type",
            "application/x-www-form-urlencoded");
    assertThat(search.json().path("entry")).hasSize(1);

    String url = found.at("/entry/0/resource/content/0/attachment/url").asString();
    Reply bytes = server.get(system, url, "Accept", "application/pdf");
    assertThat(bytes.status()).isEqualTo(200);
    assertThat(bytes.header("Content-Type")).isEqualTo("application/pdf");
    assertThat(bytes.http().body()).isEqualTo(content);
    assertThat(server.audited.stream().anyMatch(line -> line.toString().contains(id(response, 2))))
        .isTrue();

    Caller other = DeliveryServer.system(UUID.randomUUID().toString());
    assertThat(server.get(other, url, "Accept", "application/pdf").status()).isEqualTo(404);
    assertThat(
            server
                .get(other, "DocumentReference?patient=" + patient + "&status=current")
                .json()
                .path("entry"))
        .isEmpty();
    assertThat(
            server.get(DeliveryServer.resident(patient), url, "Accept", "application/pdf").status())
        .isEqualTo(200);
  }

  @Test
  void aTokenThatMayNotWriteDocumentsSubmitsNone() {
    Caller reader = DeliveryServer.system(institution, "system/*.rs");
    assertThat(send(reader, submission("x")).status()).isEqualTo(403);
    assertThat(server.send(null, "POST", "", submission("x").toString()).status()).isEqualTo(401);
  }

  @Test
  void theCapabilityStatementSaysSo() {
    JsonNode statement = server.get(system, "metadata").json();
    assertThat(statement.path("instantiates").toString()).contains("IHE.MHD.DocumentRecipient");
    for (JsonNode resource : statement.at("/rest/0/resource")) {
      if (resource.path("type").asString().equals("Bundle")) {
        assertThat(resource.path("supportedProfile").toString()).contains(MINIMAL, COMPREHENSIVE);
      }
    }
  }
}
