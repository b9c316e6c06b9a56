package health.helan.foundation.trust.audit;

import static health.helan.foundation.trust.audit.AuditForTests.STILL;
import static health.helan.foundation.trust.audit.AuditForTests.export;
import static health.helan.foundation.trust.audit.AuditForTests.findings;
import static health.helan.foundation.trust.audit.AuditForTests.request;
import static health.helan.foundation.trust.audit.AuditForTests.standAlone;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.store.testing.StoreForTests;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever may write in the database alters the audit; both verifications name where. */
class TamperingTests {
  private static StoreForTests store;
  private static SignerForTests signer;
  private static Path certificate;
  private AuditLog log;
  private long chain;

  @BeforeAll
  static void open() throws Exception {
    store = StoreForTests.open();
    signer = SignerForTests.sm2();
    certificate = signer.pem(Files.createTempDirectory("helan-audit"));
  }

  @AfterAll
  static void close() {
    store.close();
  }

  /** Rows 1 to 5, sealed; 6 to 9, sealed. */
  @BeforeEach
  void write() throws SQLException {
    for (String table : List.of("audit", "audit_chain", "audit_seal", "audit_subject")) {
      store.execute("delete from " + table);
    }
    log = AuditLog.open(store.pool, store.store.instance(), signer, STILL);
    chain = store.number("select max(chain) from audit");
    for (int i = 1; i <= 9; i++) {
      log.record(request(i, i, 100));
      if (i == 5 || i == 9) {
        log.seal();
      }
    }
  }

  @AfterEach
  void stop() {
    log.close();
  }

  /** Both must say the same. */
  private void assertBroken(String place, String what) {
    String link = place.replace("CHAIN", "chain " + chain);
    assertThat(findings(store, signer)).first().asString().startsWith(link + ": ").contains(what);
    var said = standAlone(export(store), certificate);
    assertThat(said.text()).contains("First broken link: " + link + ": ").contains(what);
    assertThat(said.exitCode()).isEqualTo(1);
  }

  private void sql(String sql) {
    store.execute(sql.replace("CHAIN", Long.toString(chain)));
  }

  @Test
  void nothingIsFoundWhereNothingWasDone() {
    assertThat(findings(store, signer)).isEmpty();
    var said = standAlone(export(store), certificate);
    assertThat(said.text()).contains("Whole").contains("rows: 10").contains("seals: 3");
    assertThat(said.exitCode()).isZero();
  }

  @Test
  void anAlteredRowIsFound() {
    sql("update audit set account = 'li' where chain = CHAIN and seq = 4");
    assertBroken("CHAIN row 4", "altered");
  }

  @Test
  void everyColumnIsProtected() {
    for (String change :
        List.of(
            "at = at + interval '1 microsecond'",
            "query = query + 1",
            "count = count + 1",
            "refused = refused + 1",
            "millis = millis + 1",
            "status = 404",
            "kind = 'close'",
            "account = ''",
            "role = 'operator'",
            "institution = 'h2'",
            "practitioner = 'x'",
            "purposes = ''",
            "request = 'q-2'",
            "remote = '127.0.0.2'",
            "interaction = 'vread'",
            "type = 'Patient'",
            "id = 'o5'",
            "operation = 'meta'",
            "parameters = ''",
            "subjects = '{4}'",
            "subjects = '{100,4}'",
            "subjects = '{}'",
            "subjects = null::bigint[] || '{4,null}'",
            // A field that takes in the one behind it, line feed and all.
            "account = account || E'\\n' || role, role = ''",
            "digest = ''")) {
      sql("create table kept as select * from audit");
      sql("update audit set " + change + " where chain = CHAIN and seq = 4");
      assertThat(findings(store, signer))
          .as(change)
          .first()
          .asString()
          .startsWith("chain " + chain + " row 4: ");
      sql("delete from audit");
      sql("insert into audit select * from kept");
      sql("drop table kept");
    }
    assertThat(findings(store, signer)).isEmpty();
  }

  @Test
  void rowsThatWereRewrittenWithTheirDigestsAreFound() throws SQLException {
    // Row 2 altered, and every digest from there on made to fit: only the seal knows better.
    sql("update audit set account = 'li' where chain = CHAIN and seq = 2");
    try (Connection connection = store.database.getConnection();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select "
                    + AuditRow.COLUMNS
                    + " from audit where chain = "
                    + chain
                    + " order by seq")) {
      byte[] digest = AuditRow.NOTHING;
      while (rows.next()) {
        AuditRow row = AuditRow.read(rows);
        digest = row.digest(digest);
        sql(
            "update audit set digest = '\\x"
                + HexFormat.of().formatHex(digest)
                + "' where chain = CHAIN and seq = "
                + row.seq());
      }
    }
    assertBroken("CHAIN row 5", "not what was sealed");
  }

  @Test
  void aDeletedRowIsFound() {
    sql("delete from audit where chain = CHAIN and seq = 7");
    assertBroken("CHAIN row 7", "missing");
  }

  @Test
  void anInsertedRowIsFound() {
    sql("update audit set seq = seq + 100 where chain = CHAIN and seq > 3");
    sql("update audit set seq = seq - 99 where chain = CHAIN and seq > 100");
    sql(
        "insert into audit select chain, 4, at, query, count, refused, millis, status, kind, account,"
            + " role, institution, practitioner, purposes, request, remote, interaction, type, 'new',"
            + " operation, parameters, subjects, digest from audit where chain = CHAIN and seq = 3");
    assertBroken("CHAIN row 4", "inserted");
  }

  @Test
  void rowsThatChangedPlacesAreFound() {
    sql("update audit set seq = 1003 where chain = CHAIN and seq = 3");
    sql("update audit set seq = 3 where chain = CHAIN and seq = 6");
    sql("update audit set seq = 6 where chain = CHAIN and seq = 1003");
    assertBroken("CHAIN row 3", "moved");
  }

  @Test
  void aTailThatWasCutOffIsFound() {
    sql("delete from audit where chain = CHAIN and seq > 7");
    assertBroken("CHAIN row 8", "tail was removed (sealed up to 9)");
  }

  @Test
  void aTailThatWasCutOffBehindTheSealIsMissedByTheNextSeal() throws SQLException {
    log.record(request(10, 10));
    log.record(request(11, 11));
    sql("delete from audit where chain = CHAIN and seq > 9");
    assertThat(findings(store, signer)).isEmpty();
    log.seal();
    assertBroken("CHAIN row 10", "tail was removed (sealed up to 11)");
  }

  @Test
  void aChainThatWasRemovedIsFound() {
    sql("delete from audit where chain = CHAIN");
    sql("delete from audit_chain where chain = CHAIN");
    assertBroken("CHAIN row 0", "whole chain");
  }

  @Test
  void aChainThatIsNotThePlatformsIsFound() {
    // As good as the platform's own, but that no seal names it.
    AuditRow open = AuditRow.opening(5, java.time.Instant.now(), "elsewhere", 1);
    sql(
        "insert into audit select 5, 0, '"
            + open.at()
            + "', 0, 1, 0, 0, 0, 'open', 'elsewhere', '', '', '', '', '', '', '', '', '', '', '', '{}', '\\x"
            + HexFormat.of().formatHex(open.digest(AuditRow.NOTHING))
            + "'");
    assertThat(findings(store, signer))
        .containsExactly("chain 5 row 0: no seal names this chain: it is not the platform's");
    assertThat(standAlone(export(store), certificate).text())
        .contains("First broken link: chain 5 row 0: ");
  }

  @Test
  void aSealThatWasRemovedIsFound() {
    sql("delete from audit_seal where number = 2");
    assertBroken("seal 2", "missing");
  }

  @Test
  void theLastSealsAndRowsTogetherAreMissedByWhoHasAnEarlierExport() {
    Path earlier = export(store);
    sql("delete from audit_seal where number = 3");
    sql("delete from audit where chain = CHAIN and seq > 5");
    // All that is left fits together: this is what seals are exported for.
    Path now = export(store);
    assertThat(standAlone(now, certificate).exitCode()).isZero();
    var said = standAlone(now, certificate, "--earlier", earlier.toString());
    assertThat(said.text()).contains("First broken link: seal 3: ").contains("gone now");
    assertThat(said.exitCode()).isEqualTo(1);
    try (Connection connection = store.database.getConnection()) {
      assertThat(
              AuditVerification.verify(
                      connection, List.of(signer.certificate()), AuditVerification.sealsOf(earlier))
                  .findings())
          .first()
          .extracting(AuditVerification.Finding::place)
          .isEqualTo("seal 3");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aTailCutOffSinceAnEarlierExportIsFoundBeyondItsLastSeal() {
    log.record(request(10, 10));
    Path earlier = export(store);
    sql("delete from audit where chain = CHAIN and seq > 9");
    var said = standAlone(export(store), certificate, "--earlier", earlier.toString());
    assertThat(said.text()).contains("CHAIN row 10: ".replace("CHAIN", "chain " + chain));
    assertThat(said.exitCode()).isEqualTo(1);
  }

  @Test
  void anAlteredSealIsFound() {
    sql("update audit_seal set body = replace(body, ' 5 ', ' 4 ') where number = 2");
    assertBroken("seal 2", "does not have its digest");
  }

  @Test
  void aForgedSealIsFound() throws SQLException {
    // By someone who has the database, but not the platform's key: a seal with a key of their own.
    SignerForTests forger = SignerForTests.sm2();
    try (Connection connection = store.database.getConnection()) {
      new Chains(forger, "forged")
          .seal(
              connection,
              List.of(Seal.Head.of(Seal.Head.State.HEAD, chain, 9, new byte[32])),
              transaction -> {});
    }
    assertBroken("seal 4", "not trusted");
  }

  @Test
  void aSealWithTheNameOfTheRightKeyAndTheSignatureOfAnotherIsFound() throws SQLException {
    String body = store.texts("select body from audit_seal where number = 3").getFirst();
    byte[] signature = SignerForTests.sm2().sign(body.getBytes(StandardCharsets.UTF_8));
    sql(
        "update audit_seal set signature = '\\x"
            + HexFormat.of().formatHex(signature)
            + "' where number = 3");
    assertBroken("seal 3", "signature is not valid");
  }

  @Test
  void aRowAppendedByAnotherIsLeftBehindAndFound() throws SQLException {
    // Well linked, right behind the last row of a chain that is in use.
    Chains.Head head;
    try (Connection connection = store.database.getConnection();
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select seq, digest from audit where chain = "
                    + chain
                    + " order by seq desc limit 1")) {
      rows.next();
      head = new Chains.Head(chain, rows.getLong(1), rows.getBytes(2));
      AuditRow forged = AuditRow.of(chain, head.seq() + 1, request(66, 66));
      var copy = new health.helan.foundation.store.sql.CopyBuffer(AuditRow.COLUMN_COUNT);
      forged.copyTo(copy, forged.digest(head.digest()));
      copy.send(connection, AuditSql.COPY);
    }
    log.record(request(10, 10));
    log.seal();
    assertThat(store.number("select count(distinct chain) from audit")).isEqualTo(2);
    assertThat(store.number("select count(*) from audit where id = 'o10'")).isEqualTo(1);
    assertBroken("CHAIN row 10", "sealed as closed");
  }
}
