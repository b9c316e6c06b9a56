package health.helan.foundation.trust.erasure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.rest.FhirOperation;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Query;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.objects.ObjectStore;
import health.helan.foundation.store.objects.ObjectStoreConfig;
import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.store.objects.StoredData;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.foundation.trust.crypto.CertificateAuthority;
import health.helan.foundation.trust.crypto.CertificateAuthority.Kind;
import health.helan.foundation.trust.crypto.KeyStoreVault;
import health.helan.foundation.trust.crypto.SignatureAlgorithm;
import health.helan.foundation.trust.crypto.Signer;
import health.helan.foundation.trust.crypto.TrustedAuthorities;
import health.helan.foundation.trust.policy.RolePolicy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.node.ObjectNode;

/** A record goes for good when it may, and stays when it must. */
class ErasuresTests {
  private static final Caller OPERATOR = Caller.operator("test");
  private static final String NUMBER = "640102199001011234";

  private StoreForTests open;
  private ObjectStore objects;
  private Erasures erasures;
  private Signer seal;
  private final List<Long> told = new ArrayList<>();

  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    open = StoreForTests.open(new RolePolicy(Clock.systemUTC()));
    objects = ObjectStore.open(new ObjectStoreConfig.Folder(folder));
    var trusted = new TrustedAuthorities(open.pool);
    var authority =
        new CertificateAuthority(
            KeyStoreVault.open(folder.resolve("keystore"), "correct horse battery".toCharArray()),
            open.pool,
            trusted,
            Clock.systemUTC());
    authority.establish("试");
    seal = authority.platformKey("seal", Kind.SEAL, "seal");
    erasures = at(Clock.systemUTC());
  }

  private Erasures at(Clock clock) {
    return new Erasures(open.store, open.pool, objects, () -> seal, List.of(told::add), clock);
  }

  @AfterEach
  void close() {
    open.close();
  }

  private record Resident(String id, Stored film) {}

  /** A resident with a changed record, a deleted resource, and a document with its film. */
  private Resident resident(String number) throws IOException {
    String id = open.write(StoreForTests.create(StoreForTests.patient("urn:id", number))).id();
    open.write(StoreForTests.update(id, StoreForTests.patient("urn:id", number), null));
    String observation = about(id, "Observation", "first");
    open.write(
        StoreForTests.update(
            observation, StoreForTests.about("Observation", "Patient/" + id, "second"), null));
    String deleted = about(id, "Condition", "third");
    open.write(StoreForTests.delete("Condition", deleted));
    Stored film = objects.put(new ByteArrayInputStream(new byte[1000]), 1000);
    ObjectNode binary = StoreForTests.resource("Binary", "zh");
    StoredData.set(binary, film);
    String binaryId = open.write(StoreForTests.create(binary)).id();
    ObjectNode document = StoreForTests.about("DocumentReference", "Patient/" + id, "zh");
    document
        .putArray("content")
        .addObject()
        .putObject("attachment")
        .put("url", "http://127.0.0.1/fhir/Binary/" + binaryId);
    open.write(StoreForTests.create(document));
    about(id, "Communication", "fourth");
    return new Resident(id, film);
  }

  private String about(String patient, String type, String text) {
    return open.write(StoreForTests.create(StoreForTests.about(type, "Patient/" + patient, text)))
        .id();
  }

  private long rowsOf(String patient) {
    long subject = open.store.purges().subject(patient);
    long rows = open.number("select count(*) from history where patient = " + subject);
    for (String table : health.helan.foundation.store.sql.Tables.all()) {
      rows += open.number("select count(*) from " + table + " where patient = " + subject);
    }
    return rows;
  }

  private void refused(Refusal.Kind kind, ThrowingCallable call) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(call)
        .satisfies(
            refusal -> {
              assertThat(refusal.kind()).isEqualTo(kind);
              for (Locale language : List.of(Locale.CHINESE, Locale.ENGLISH)) {
                assertThat(Messages.of(language, refusal)).doesNotContain("erasure.");
              }
            });
  }

  @Test
  void anOrderErasesAllAndLeavesASignedProofOnly() throws Exception {
    Resident gone = resident(NUMBER);
    Resident stays = resident("640102199001011242");
    assertThat(rowsOf(gone.id)).isEqualTo(8);
    Erasure proof = erasures.erase(OPERATOR, gone.id, Ground.LAW, "(2026) 宁 01 号");
    assertThat(proof.resources()).isEqualTo(6);
    assertThat(proof.objects()).isEqualTo(1);
    assertThat(proof.versions()).isEqualTo(14); // With the deletions themselves.
    assertThat(rowsOf(gone.id)).isZero();
    assertThat(objects.exists(gone.film.key())).isFalse();
    assertThat(told).containsExactly(proof.subject());
    refused(Refusal.Kind.NOT_FOUND, () -> open.store.read(OPERATOR, "Patient", gone.id));
    assertThat(open.number("select count(*) from directory where id = '" + gone.id + "'")).isZero();
    assertThat(open.number("select count(*) from res_other where type = 'Binary'")).isEqualTo(1);
    assertThat(open.number("select count(*) from history where type = 'Binary'")).isZero();

    assertThat(rowsOf(stays.id)).isEqualTo(8);
    assertThat(objects.exists(stays.film.key())).isTrue();

    assertThat(proof.isSignedBy(SignatureAlgorithm.SM2_SM3, seal.certificate().getPublicKey()))
        .isTrue();
    Erasure kept = erasures.list(OPERATOR).getFirst();
    assertThat(kept.isSignedBy(SignatureAlgorithm.SM2_SM3, seal.certificate().getPublicKey()))
        .isTrue();
    open.execute("update erasure set document = 'another'");
    assertThat(
            erasures
                .list(OPERATOR)
                .getFirst()
                .isSignedBy(SignatureAlgorithm.SM2_SM3, seal.certificate().getPublicKey()))
        .isFalse();
    assertThat(open.texts("select to_jsonb(e)::text from erasure e").getFirst())
        .doesNotContain(gone.id)
        .doesNotContain(NUMBER);
    refused(Refusal.Kind.NOT_FOUND, () -> erasures.erase(OPERATOR, gone.id, Ground.LAW, "again"));
  }

  @Test
  void consumersHearOfEachDeletion() throws Exception {
    Resident gone = resident(NUMBER);
    long before = open.number("select count(*) from change_log where method = 4");
    erasures.erase(OPERATOR, gone.id, Ground.LAW, "order");
    assertThat(open.number("select count(*) from change_log where method = 4") - before)
        .isEqualTo(5); // Patient, Observation, DocumentReference, Communication, Binary.
  }

  @Test
  void aRequestIsRefusedBeforeTheTimeOfKeepingIsOver() throws Exception {
    Resident resident = resident(NUMBER);
    refused(
        Refusal.Kind.BUSINESS_RULE,
        () -> erasures.erase(OPERATOR, resident.id, Ground.REQUEST, "request 1"));
    Erasures inFourteenYears = at(Clock.offset(Clock.systemUTC(), Duration.ofDays(14 * 365)));
    refused(
        Refusal.Kind.BUSINESS_RULE,
        () -> inFourteenYears.erase(OPERATOR, resident.id, Ground.REQUEST, "request 1"));
    assertThat(rowsOf(resident.id)).isEqualTo(8);
    Erasures inSixteenYears = at(Clock.offset(Clock.systemUTC(), Duration.ofDays(16 * 365)));
    inSixteenYears.erase(OPERATOR, resident.id, Ground.REQUEST, "request 1");
    assertThat(rowsOf(resident.id)).isZero();
  }

  @Test
  void conversationsNeedNotBeKeptAsLong() {
    String id = open.write(StoreForTests.create(StoreForTests.patient("urn:id", NUMBER))).id();
    about(id, "Communication", "zh");
    // Only the conversation is left to be kept: the rule for the rest names no type here.
    open.execute("update retention_rule set types = '{Observation}' where id = 'record'");
    refused(
        Refusal.Kind.BUSINESS_RULE, () -> erasures.erase(OPERATOR, id, Ground.REQUEST, "request"));
    at(Clock.offset(Clock.systemUTC(), Duration.ofDays(4 * 365)))
        .erase(OPERATOR, id, Ground.REQUEST, "request");
    assertThat(rowsOf(id)).isZero();
  }

  @Test
  void theTimeCountsFromWhatTheRecordSaysNotFromItsLoading() {
    String id = open.write(StoreForTests.create(StoreForTests.patient("urn:id", NUMBER))).id();
    open.write(StoreForTests.delete("Patient", id));
    ObjectNode old = StoreForTests.about("Observation", "Patient/" + id, "zh");
    old.put("effectiveDateTime", "2001-05-05");
    open.write(StoreForTests.create(old));
    erasures.erase(OPERATOR, id, Ground.REQUEST, "request");
    assertThat(rowsOf(id)).isZero();
  }

  @Test
  void aBirthLongAgoIsNoReasonToErase() {
    ObjectNode patient = StoreForTests.patient("urn:id", NUMBER);
    patient.put("birthDate", "1950-01-01");
    String id = open.write(StoreForTests.create(patient)).id();
    ObjectNode relative = StoreForTests.resource("RelatedPerson", "zh");
    relative.putObject("patient").put("reference", "Patient/" + id);
    relative.put("birthDate", "1950-01-01");
    open.write(StoreForTests.create(relative));
    refused(
        Refusal.Kind.BUSINESS_RULE, () -> erasures.erase(OPERATOR, id, Ground.REQUEST, "request"));
    open.write(StoreForTests.delete("Patient", id));
    refused(
        Refusal.Kind.BUSINESS_RULE, () -> erasures.erase(OPERATOR, id, Ground.REQUEST, "request"));
    assertThat(rowsOf(id)).isPositive();
  }

  @Test
  void aHoldForbidsEvenAnOrderUntilItIsLifted() throws Exception {
    Resident resident = resident(NUMBER);
    erasures.hold(OPERATOR, resident.id, "case 7");
    refused(
        Refusal.Kind.BUSINESS_RULE,
        () -> erasures.erase(OPERATOR, resident.id, Ground.LAW, "order"));
    assertThat(rowsOf(resident.id)).isEqualTo(8);
    assertThat(erasures.lift(OPERATOR, resident.id)).isEqualTo(1);
    assertThat(erasures.lift(OPERATOR, resident.id)).isZero();
    erasures.erase(OPERATOR, resident.id, Ground.LAW, "order");
    assertThat(rowsOf(resident.id)).isZero();
  }

  @ParameterizedTest
  @EnumSource(value = Caller.Role.class, names = "OPERATOR", mode = EnumSource.Mode.EXCLUDE)
  void nobodyButTheOperatorMay(Caller.Role role) throws Exception {
    Resident resident = resident(NUMBER);
    var caller = new Caller("somebody", role, "", Set.of(), "test");
    refused(Refusal.Kind.FORBIDDEN, () -> erasures.erase(caller, resident.id, Ground.LAW, "order"));
    refused(Refusal.Kind.FORBIDDEN, () -> erasures.hold(caller, resident.id, "case"));
    refused(Refusal.Kind.FORBIDDEN, () -> erasures.lift(caller, resident.id));
    refused(Refusal.Kind.FORBIDDEN, () -> erasures.list(caller));
    refused(Refusal.Kind.FORBIDDEN, () -> erasures.repeat(caller, List.of()));
    assertThat(rowsOf(resident.id)).isEqualTo(8);
  }

  @Test
  void whatItRestsOnMustBeSaid() throws Exception {
    Resident resident = resident(NUMBER);
    refused(Refusal.Kind.INVALID, () -> erasures.erase(OPERATOR, resident.id, null, "order"));
    refused(Refusal.Kind.INVALID, () -> erasures.erase(OPERATOR, resident.id, Ground.LAW, " "));
    refused(
        Refusal.Kind.INVALID,
        () -> erasures.erase(OPERATOR, resident.id, Ground.LAW, "x".repeat(201)));
    refused(Refusal.Kind.INVALID, () -> erasures.hold(OPERATOR, resident.id, null));
    refused(Refusal.Kind.NOT_FOUND, () -> erasures.erase(OPERATOR, "nobody", Ground.LAW, "order"));
    refused(Refusal.Kind.NOT_FOUND, () -> erasures.hold(OPERATOR, "nobody", "case"));
    assertThat(rowsOf(resident.id)).isEqualTo(8);
  }

  @Test
  void aVersionThatWasAnothersStaysWithTheOther() {
    String one = open.write(StoreForTests.create(StoreForTests.patient("urn:id", NUMBER))).id();
    String other = open.write(StoreForTests.create(StoreForTests.patient("urn:id", "2"))).id();
    String observation = about(one, "Observation", "wrong");
    open.write(
        StoreForTests.update(
            observation, StoreForTests.about("Observation", "Patient/" + other, "right"), null));
    erasures.erase(OPERATOR, one, Ground.LAW, "order");
    assertThat(open.store.read(OPERATOR, "Observation", observation).version()).isEqualTo(2);
    assertThat(rowsOf(one)).isZero();
    refused(
        Refusal.Kind.NOT_FOUND,
        () -> open.store.readVersion(OPERATOR, "Observation", observation, 1));
  }

  @Test
  void whatACutLeftIsFinishedAtTheNextStart() throws Exception {
    Resident resident = resident(NUMBER);
    long subject = open.store.purges().subject(resident.id);
    open.execute(
        """
        insert into erasure (id, subject, at, by_subject, ground, document, resources, versions, objects)
        values ('%s', %d, now(), 'operator', 'law', 'order', 0, 0, 0)"""
            .formatted(java.util.UUID.randomUUID(), subject));
    erasures.finishBegun();
    assertThat(rowsOf(resident.id)).isZero();
    assertThat(erasures.list(OPERATOR).getFirst().finished()).isNotNull();
  }

  @Test
  void whatABackupBroughtBackIsErasedAgain() throws Exception {
    ObjectNode patient = StoreForTests.patient("urn:id", NUMBER);
    Interaction put = StoreForTests.update("resident-1", patient, null);
    open.write(put);
    erasures.erase(OPERATOR, "resident-1", Ground.LAW, "order");
    var answer = call(new ErasuresOperation(erasures), null);
    open.write(put); // As a restore would.
    assertThat(rowsOf("resident-1")).isPositive();
    var again = call(new RepeatErasuresOperation(erasures), answer);
    assertThat(again.path("parameter").path(0).path("valueInteger").intValue()).isEqualTo(1);
    assertThat(rowsOf("resident-1")).isZero();
    assertThat(
            call(new RepeatErasuresOperation(erasures), answer)
                .path("parameter")
                .path(0)
                .path("valueInteger")
                .intValue())
        .isZero();
    refused(
        Refusal.Kind.INVALID,
        () -> call(new RepeatErasuresOperation(erasures), Json.MAPPER.createObjectNode()));
  }

  private ObjectNode call(FhirOperation operation, @Nullable ObjectNode body) throws IOException {
    var answer =
        operation.execute(
            new FhirOperation.Call(
                OPERATOR,
                open.store,
                "POST",
                null,
                null,
                Query.parse(""),
                body,
                "",
                Locale.CHINESE));
    return (ObjectNode) Json.MAPPER.readTree(Objects.requireNonNull(answer.body()));
  }
}
