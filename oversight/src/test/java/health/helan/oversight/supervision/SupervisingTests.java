package health.helan.oversight.supervision;

import static health.helan.oversight.supervision.SupervisionServer.ROOT;
import static health.helan.oversight.supervision.SupervisionServer.in;
import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.changes.Change;
import health.helan.foundation.store.testing.StoreForTests;
import health.helan.oversight.settlement.PriceList;
import health.helan.oversight.supervision.SupervisionServer.Hospital;
import health.helan.oversight.supervision.rules.ShippedRules;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What other systems write as care on line is judged: in line where it is sure, else behind. */
class SupervisingTests {
  private static final SupervisionServer SERVER = SupervisionServer.get();

  private Hospital hospital;

  @BeforeEach
  void hospital() {
    hospital = SupervisionServer.hospital();
  }

  @AfterEach
  void today() {
    SERVER.clock.ahead(Duration.ZERO);
  }

  private List<String> hits(String what) {
    return SERVER.hits(what);
  }

  @Test
  void findsNothingAgainstAnOrdinaryVisit() {
    assertThat(hits(hospital.seen(hospital.noon))).isEmpty();
    assertThat(
            SERVER.number(
                "select count(*) from supervision_act where institution = ? and kind = 0",
                hospital.id))
        .isOne();
  }

  @Test
  void findsADoctorWithoutALicenceOrASecondFactor() {
    SERVER.unlicensed.add(hospital.doctor);
    SERVER.oneFactor.add(hospital.doctor);
    assertThat(hits(hospital.seen(hospital.noon))).containsExactly("doctor-licence", "real-name");
    // Both are of one moment, and on pages of one each is told all the same.
    String page = "$supervision-hits?_count=1&institution=" + hospital.id;
    Reply first = SERVER.get(ApiForTests.regulator(), page);
    Reply second =
        SERVER.get(
            ApiForTests.regulator(),
            page + "&after=" + URLEncoder.encode(first.value("next"), StandardCharsets.UTF_8));
    assertThat(
            List.of(
                first.values("hit", "rule").getFirst(), second.values("hit", "rule").getFirst()))
        .containsExactlyInAnyOrder("doctor-licence", "real-name");
    assertThat(SERVER.get(ApiForTests.regulator(), page + "&after=yesterday").status())
        .isEqualTo(400);
    String cut = first.value("next").replaceFirst(" [^ ]*$", "");
    assertThat(
            SERVER
                .get(
                    ApiForTests.regulator(),
                    page + "&after=" + URLEncoder.encode(cut, StandardCharsets.UTF_8))
                .status())
        .isEqualTo(400);
  }

  @Test
  void findsADoctorWhoHasPractisedForTooShortATime() {
    Instant threeYears =
        hospital.noon.atZone(Resources.BEIJING).minusYears(3).plusDays(1).toInstant();
    SERVER.practising.put(hospital.doctor, threeYears);
    assertThat(hits(hospital.seen(hospital.noon))).containsExactly("years-of-practice");
    SERVER.practising.put(hospital.doctor, threeYears.minus(Duration.ofDays(1)));
    assertThat(hits(hospital.seen(hospital.noon.plusSeconds(3600)))).isEmpty();
  }

  @Test
  void findsAYoungChildWhoseVisitNamesNoGuardian() {
    LocalDate today = hospital.noon.atZone(Resources.BEIJING).toLocalDate();
    String child = child(today.minusYears(6).plusDays(1));
    assertThat(hits(visited(child, ""))).containsExactly("young-child");
    String related =
        "{'resourceType':'RelatedPerson','active':true,'patient':{'reference':'Patient/%s'}}";
    String mother = SERVER.created(hospital.system, related.formatted(child));
    String stranger = SERVER.created(hospital.system, related.formatted(hospital.patient));
    assertThat(hits(visited(child, mother))).isEmpty();
    assertThat(hits(visited(child, stranger))).containsExactly("young-child");
    assertThat(hits(visited(child(today.minusYears(6)), ""))).isEmpty();
  }

  private String child(LocalDate birth) {
    return SERVER.created(
        hospital.system,
        "{'resourceType':'Patient','name':[{'text':'张小小'}],'gender':'male','birthDate':'%s'}"
            .formatted(birth));
  }

  /** A child's visit, with who answers for it; empty for nobody. */
  private String visited(String child, String related) {
    String illness = SERVER.created(hospital.system, hospital.diagnosed(child, "2026-03-01"));
    String visit =
        hospital
            .visit(hospital.noon, Duration.ofMinutes(10), hospital.because("Condition/" + illness))
            .replace(hospital.patient, child);
    String with =
        related.isEmpty()
            ? ""
            : "{'individual':{'reference':'RelatedPerson/%s'}},".formatted(related);
    return "Encounter/"
        + SERVER.created(
            hospital.system, visit.replace("'participant':[", "'participant':[" + with));
  }

  @Test
  void findsTooManyVisitsInAnHour() {
    String last = "";
    for (int i = 0; i < 13; i++) {
      last = hospital.seen(hospital.noon.plus(Duration.ofMinutes(4L * i)));
      if (i == 11) {
        assertThat(hits(last)).isEmpty();
      }
    }
    assertThat(hits(last)).containsExactly("visits-in-an-hour");
  }

  @Test
  void findsTooManyPrescriptionsInAnHour() {
    String last = "";
    for (int i = 0; i < 13; i++) {
      Instant at = hospital.noon.minus(Duration.ofHours(5)).plus(Duration.ofMinutes(4L * i));
      String encounter = hospital.seen(at);
      hospital.noted(encounter);
      last =
          "MedicationRequest/"
              + SERVER.created(
                  hospital.system, hospital.prescription(encounter, at, "C08CA01", "active"));
    }
    assertThat(hits(last)).containsExactly("prescriptions-in-an-hour");
  }

  @Test
  void findsAVisitInTheSmallHours() {
    assertThat(hits(hospital.seen(hospital.noon.minus(Duration.ofHours(10)))))
        .containsExactly("small-hours");
  }

  @Test
  void findsAPrescriberWithoutALicence() {
    String encounter = hospital.seen(hospital.noon);
    hospital.noted(encounter);
    SERVER.unlicensed.add(hospital.doctor);
    String prescription =
        SERVER.created(
            hospital.system, hospital.prescription(encounter, hospital.noon, "C08CA01", "active"));
    assertThat(hits("MedicationRequest/" + prescription)).containsExactly("prescriber-licence");
  }

  /** What is certain at once may be refused: licence, record, time of day. */
  @Test
  void refusesWhatTheRegionMadeABlockingRule() {
    String visit = hospital.seen(hospital.noon);
    Map<String, String> written =
        Map.of(
            "doctor-licence", hospital.visit(hospital.noon.plusSeconds(3600)),
            "small-hours", hospital.visit(hospital.noon.minus(Duration.ofHours(10))),
            "record-before-prescription",
                hospital.prescription(visit, hospital.noon, "C08CA01", "active"));
    for (var one : written.entrySet()) {
      if (one.getKey().equals("doctor-licence")) {
        SERVER.unlicensed.add(hospital.doctor);
      }
      String version = blocking(one.getKey());
      Reply refused = SERVER.create(hospital.system, one.getValue());
      decide(one.getKey(), version, "retire", ApiForTests.regulator());
      SERVER.unlicensed.remove(hospital.doctor);
      assertThat(refused.status()).as(refused.text()).isEqualTo(422);
      assertThat(refused.sentence()).contains(one.getKey());
    }
  }

  /** The shipped rule, made to block; brought live by four eyes. */
  private static String blocking(String rule) {
    String spec =
        Objects.requireNonNull(ShippedRules.all().get(rule))
            .spec()
            .deepCopy()
            .put("blocks", true)
            .toString();
    Caller author = ApiForTests.regulator();
    Reply drafted = SERVER.call(author, "$supervision-rule", "spec", spec);
    assertThat(drafted.status()).as(drafted.text()).isEqualTo(200);
    String version = drafted.values("rule", "version").getFirst();
    Reply tried = SERVER.call(author, "$supervision-rule-try", "rule", rule, "version", version);
    assertThat(tried.status()).as(tried.text()).isEqualTo(200);
    decide(rule, version, "go-live", ApiForTests.regulator());
    return version;
  }

  private static void decide(String rule, String version, String step, Caller by) {
    Reply decided =
        SERVER.call(
            by,
            "$supervision-rule-step",
            "rule",
            rule,
            "version",
            version,
            "step",
            step,
            "reason",
            "会议决定");
    assertThat(decided.status()).as(decided.text()).isEqualTo(200);
  }

  @Test
  void findsAVisitThatWasTooShortAndWhereNothingWasSaid() {
    String more =
        """
        'extension':[{'url':'https://helan.health/fhir/StructureDefinition/online-visit-conversation',
          'extension':[{'url':'messages','valueInteger':1}]}],
        """
            + hospital.because(hospital.illness);
    String id =
        SERVER.created(
            hospital.system, hospital.visit(hospital.noon, Duration.ofSeconds(59), more));
    assertThat(hits("Encounter/" + id)).containsExactly("no-conversation", "visit-too-short");
  }

  @Test
  void findsADoctorWhoIsInTwoPlacesWhicheverIsToldFirst() {
    String before = hospital.seen(hospital.noon);
    Instant now = Instant.now();
    Hospital other = SupervisionServer.hospital();
    String inPerson =
        """
        {'resourceType':'Encounter','status':'finished','class':{'system':'http://terminology.hl7.org/CodeSystem/v3-ActCode','code':'AMB'},
          'participant':[{'individual':{'reference':'Practitioner/%s'}}],'period':{'start':'%s','end':'%s'},
          'serviceProvider':{'reference':'Organization/%s'}}""";
    assertThat(hits(before)).isEmpty();
    SERVER.created(
        other.system,
        inPerson.formatted(
            hospital.doctor,
            in(hospital.noon.plusSeconds(60)),
            in(hospital.noon.plusSeconds(120)),
            other.id));
    assertThat(hits(before)).containsExactly("two-places");
    String after = hospital.seen(hospital.noon.minusSeconds(200));
    assertThat(hits(after)).containsExactly("two-places");
    assertThat(hits(hospital.seen(hospital.noon.minus(Duration.ofHours(3))))).isEmpty();
    assertThat(hospital.noon).isBefore(now);
  }

  @Test
  void findsADoctorWhoIsOnLineAtTwoInstitutionsAtOnce() {
    Hospital other = SupervisionServer.hospital();
    String first = hospital.seen(hospital.noon);
    // With another resident of the same hospital at the same time: that is how it is done.
    String beside = hospital.seen(hospital.noon.plusSeconds(60));
    assertThat(hits(first)).isEmpty();
    assertThat(hits(beside)).isEmpty();
    // One after the other, from the same desk.
    String after = other.seenBy(hospital.doctor, hospital.noon.plusSeconds(660));
    assertThat(hits(after)).isEmpty();
    assertThat(hits(beside)).isEmpty();
    String meanwhile = other.seenBy(hospital.doctor, hospital.noon.minusSeconds(570));
    assertThat(hits(meanwhile)).containsExactly("two-places");
    // The one that was told before is hit too, and the one that it did not meet is not.
    assertThat(hits(first)).containsExactly("two-places");
    assertThat(hits(beside)).isEmpty();
    assertThat(hits(after)).isEmpty();
  }

  @Test
  void findsAResidentWhoWaitsTooLongThoughNothingIsWritten() {
    String waiting =
        "Encounter/"
            + SERVER.created(
                hospital.system,
                """
                {'resourceType':'Encounter','status':'arrived','class':{'system':'http://terminology.hl7.org/CodeSystem/v3-ActCode','code':'VR'},
                  'subject':{'reference':'Patient/%s'},'participant':[{'individual':{'reference':'Practitioner/%s'}}],
                  'serviceProvider':{'reference':'Organization/%s'}}"""
                    .formatted(hospital.patient, hospital.doctor, hospital.id));
    assertThat(hits(waiting)).isEmpty();
    SERVER.clock.ahead(Duration.ofHours(23));
    SERVER.supervision().tend();
    assertThat(hits(waiting)).isEmpty();
    SERVER.clock.ahead(Duration.ofHours(25));
    SERVER.supervision().tend();
    assertThat(hits(waiting)).containsExactly("answer-overdue");
    SERVER.supervision().tend();
    assertThat(hits(waiting)).hasSize(1);
  }

  @Test
  void findsAPrescriptionThatNoRecordStoodBefore() {
    String encounter = hospital.seen(hospital.noon);
    String first =
        SERVER.created(
            hospital.system, hospital.prescription(encounter, hospital.noon, "C08CA01", "active"));
    assertThat(hits("MedicationRequest/" + first)).containsExactly("record-before-prescription");
    hospital.noted(encounter);
    String second =
        SERVER.created(
            hospital.system, hospital.prescription(encounter, hospital.noon, "C08CA01", "active"));
    assertThat(hits("MedicationRequest/" + second)).isEmpty();
  }

  @Test
  void findsADrugThatWasHandedOverWithoutAReview() {
    String encounter = hospital.seen(hospital.noon);
    hospital.noted(encounter);
    String request =
        SERVER.created(
            hospital.system, hospital.prescription(encounter, hospital.noon, "C08CA01", "active"));
    String dispense =
        """
        {'resourceType':'MedicationDispense','status':'completed','medicationCodeableConcept':{'text':'氨氯地平'},
          'subject':{'reference':'Patient/%s'},'context':{'reference':'%s'},'whenHandedOver':'%s'%s}""";
    String none =
        SERVER.created(
            hospital.system,
            dispense.formatted(
                hospital.patient, encounter, in(hospital.noon.plusSeconds(600)), ""));
    assertThat(hits("MedicationDispense/" + none))
        .containsExactly("prescription-before-dispensing");
    String by = ",'authorizingPrescription':[{'reference':'MedicationRequest/" + request + "'}]";
    String unreviewed =
        SERVER.created(
            hospital.system,
            dispense.formatted(
                hospital.patient, encounter, in(hospital.noon.plusSeconds(600)), by));
    assertThat(hits("MedicationDispense/" + unreviewed))
        .containsExactly("review-before-dispensing");
    String number =
        SERVER
            .get(ROOT, "MedicationRequest/" + request)
            .json()
            .path("groupIdentifier")
            .path("value")
            .asString("");
    SERVER.created(
        ROOT,
        """
        {'resourceType':'Task','status':'completed','intent':'order','groupIdentifier':{'system':'urn:rx','value':'%s'},
          'code':{'coding':[{'system':'https://helan.health/fhir/CodeSystem/task','code':'prescription-review'}]},
          'businessStatus':{'coding':[{'system':'https://helan.health/fhir/CodeSystem/prescription-state','code':'effective'}]},
          'for':{'reference':'Patient/%s'},'lastModified':'%s'}"""
            .formatted(number, hospital.patient, in(hospital.noon.plusSeconds(300))));
    String reviewed =
        SERVER.created(
            hospital.system,
            dispense.formatted(
                hospital.patient, encounter, in(hospital.noon.plusSeconds(600)), by));
    assertThat(hits("MedicationDispense/" + reviewed)).isEmpty();
    String early =
        SERVER.created(
            hospital.system,
            dispense.formatted(
                hospital.patient, encounter, in(hospital.noon.plusSeconds(200)), by));
    assertThat(hits("MedicationDispense/" + early)).containsExactly("review-before-dispensing");
  }

  @Test
  void findsAPriceAboveTheFiledOne() {
    String encounter = hospital.seen(hospital.noon);
    String url = "urn:price:" + hospital.run;
    SERVER.created(
        hospital.system,
        """
        {'resourceType':'ChargeItemDefinition','url':'%s','status':'active',
          'propertyGroup':[{'priceComponent':[{'type':'base','amount':{'value':10.00,'currency':'CNY'}}]}]}"""
            .formatted(url));
    String charge =
        """
        {'resourceType':'ChargeItem','status':'billable','definitionCanonical':['%s'],'code':{'text':'互联网复诊'},
          'subject':{'reference':'Patient/%s'},'context':{'reference':'%s'},'occurrenceDateTime':'%s',
          'quantity':{'value':2},'priceOverride':{'value':%s,'currency':'CNY'}}""";
    String fair =
        SERVER.created(
            hospital.system,
            charge.formatted(url, hospital.patient, encounter, in(hospital.noon), "20.00"));
    assertThat(hits("ChargeItem/" + fair)).isEmpty();
    String dear =
        SERVER.created(
            hospital.system,
            charge.formatted(url, hospital.patient, encounter, in(hospital.noon), "20.01"));
    assertThat(hits("ChargeItem/" + dear)).containsExactly("price-above-filed");
  }

  /** The region's price counts, whatever was filed, and where nothing was. */
  @Test
  void findsAPriceAboveTheRegionsOwn() {
    String encounter = hospital.seen(hospital.noon);
    String code = "p-" + hospital.run;
    String url = "urn:price:" + hospital.run;
    SERVER.prices.load(
        PriceList.of(
                PriceList.HEADER
                    + "\n%1$s,互联网复诊诊察费,次,consultation,A,,15.00,2026-01-01,,,\n".formatted(code)
                    + "%1$s,互联网复诊诊察费,次,consultation,A,,16.00,2026-01-01,,,%2$s\n"
                        .formatted(code, hospital.id)
                    + "%1$s-d,药,盒,western-drug,A,,5.00,2026-01-01,,,\n".formatted(code))
            .items(),
        "x");
    SERVER.created(
        hospital.system,
        """
        {'resourceType':'ChargeItemDefinition','url':'%s','status':'active',
          'propertyGroup':[{'priceComponent':[{'type':'base','amount':{'value':80.00,'currency':'CNY'}}]}]}"""
            .formatted(url));
    String filed = "'definitionCanonical':['%s'],".formatted(url);
    assertThat(charged(encounter, code, "", "32.00")).isEmpty();
    assertThat(charged(encounter, code, "", "32.01")).containsExactly("price-above-filed");
    assertThat(charged(encounter, code, filed, "32.01")).containsExactly("price-above-filed");
    // Of what the book does not have, only what was filed is known.
    assertThat(charged(encounter, code + "-other", "", "999.00")).isEmpty();
    assertThat(charged(encounter, code + "-other", filed, "160.01"))
        .containsExactly("price-above-filed");
    // A pharmacy may ask more than insurance counts.
    assertThat(charged(encounter, code + "-d", "", "12.00")).isEmpty();
  }

  /** Of two. */
  private List<String> charged(String encounter, String code, String more, String yuan) {
    String charge =
        """
        {'resourceType':'ChargeItem','status':'billable',%s'code':{'coding':[
          {'system':'https://helan.health/fhir/CodeSystem/charge-category','code':'consultation'},{'code':'%s'}]},
          'subject':{'reference':'Patient/%s'},'context':{'reference':'%s'},'occurrenceDateTime':'%s',
          'quantity':{'value':2},'priceOverride':{'value':%s,'currency':'CNY'}}"""
            .formatted(more, code, hospital.patient, encounter, in(hospital.noon), yuan);
    return hits("ChargeItem/" + SERVER.created(hospital.system, charge));
  }

  @Test
  void refusesAFirstVisitBeforeItIsCommitted() {
    Reply refused =
        SERVER.create(hospital.system, hospital.visit(hospital.noon, Duration.ofMinutes(10), ""));
    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.sentence()).contains("first-visit");
    assertThat(
            SERVER.get(ROOT, "Encounter?patient=" + hospital.patient).json().path("total").asInt(0))
        .isZero();
    StoreForTests.await(
        "the refusal is kept",
        () ->
            SERVER.number(
                    "select count(*) from supervision_hit where stopped and institution = ?",
                    hospital.id)
                == 1);
    // A load of the operator is not held up, and judged behind.
    String loaded = SERVER.created(ROOT, hospital.visit(hospital.noon, Duration.ofMinutes(10), ""));
    assertThat(hits("Encounter/" + loaded)).containsExactly("first-visit");
  }

  /** In line it is certain only that something is named; whether it is a proof, is seen behind. */
  @Test
  void findsAVisitWhoseProofIsNone() {
    Hospital other = SupervisionServer.hospital();
    Instant minuteLater = hospital.noon.plusSeconds(60);
    String later =
        SERVER.created(hospital.system, hospital.diagnosed(hospital.patient, in(minuteLater)));
    String refuted =
        SERVER.created(
            hospital.system,
            hospital
                .diagnosed(hospital.patient, "2026-03-01")
                .replace(
                    "'code'",
                    "'verificationStatus':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/condition-ver-status','code':'refuted'}]},'code'"));
    List<String> none =
        List.of(
            hospital.because(other.illness),
            hospital.because("Condition/" + later),
            hospital.because("Condition/" + refuted),
            "'episodeOfCare':[{'display':'高血压管理'}],",
            "'partOf':{'reference':'%s'},".formatted(hospital.seen(minuteLater)),
            "'partOf':{'reference':'%s'},".formatted(other.seen(hospital.noon.minusSeconds(3600))));
    for (String named : none) {
      assertThat(hits(named(named))).as(named).containsExactly("unproven-repeat");
    }
  }

  /** Systems send in their own order: what is named may come for a day. */
  @Test
  void waitsADayForTheProofThatAVisitNames() {
    Instant begun = Instant.now().minusSeconds(600);
    String came = "came-" + UUID.randomUUID();
    String never =
        "Encounter/"
            + SERVER.created(
                hospital.system,
                hospital.visit(
                    begun, Duration.ofMinutes(5), hospital.because("Condition/never-written")));
    String late =
        "Encounter/"
            + SERVER.created(
                hospital.system,
                hospital.visit(
                    begun, Duration.ofMinutes(5), hospital.because("Condition/" + came)));
    assertThat(hits(never)).doesNotContain("unproven-repeat");
    assertThat(
            SERVER
                .send(
                    ROOT,
                    "PUT",
                    "Condition/" + came,
                    hospital
                        .diagnosed(hospital.patient, "2026-03-01")
                        .replace("{'resourceType'", "{'id':'" + came + "','resourceType'")
                        .replace('\'', '"'))
                .status())
        .isEqualTo(201);
    SERVER.clock.ahead(Duration.ofHours(25));
    SERVER.supervision().tend();
    assertThat(hits(never)).contains("unproven-repeat");
    assertThat(hits(late)).doesNotContain("unproven-repeat");
  }

  @Test
  void letsAVisitPassThatNamesEarlierCareOfTheResident() {
    String before = hospital.seen(hospital.noon.minusSeconds(3600));
    String sameDay =
        SERVER.created(
            hospital.system,
            hospital.diagnosed(
                hospital.patient,
                hospital.noon.atZone(Resources.BEIJING).toLocalDate().toString()));
    String episode =
        SERVER.created(
            hospital.system,
            """
            {'resourceType':'EpisodeOfCare','status':'active','patient':{'reference':'Patient/%s'},'period':{'start':'2026-03'}}"""
                .formatted(hospital.patient));
    List<String> proofs =
        List.of(
            hospital.because("Condition/" + sameDay),
            "'partOf':{'reference':'%s'},".formatted(before),
            "'episodeOfCare':[{'reference':'EpisodeOfCare/%s'}],".formatted(episode),
            // One that holds is enough.
            "'partOf':{'reference':'Encounter/never-written'},"
                + hospital.because(hospital.illness));
    for (String named : proofs) {
      assertThat(hits(named(named))).as(named).isEmpty();
    }
  }

  private String named(String named) {
    return "Encounter/"
        + SERVER.created(
            hospital.system, hospital.visit(hospital.noon, Duration.ofMinutes(10), named));
  }

  @Test
  void refusesADrugThatIsNeverPrescribedOnLine() {
    String encounter = hospital.seen(hospital.noon);
    hospital.noted(encounter);
    for (String status : List.of("draft", "active")) {
      Reply refused =
          SERVER.create(
              hospital.system, hospital.prescription(encounter, hospital.noon, "N02AA01", status));
      assertThat(refused.status()).as(refused.text()).isEqualTo(422);
      assertThat(refused.sentence()).contains("excluded-drug");
    }
    // The same drug in person is none of supervision's business.
    String inPerson = hospital.visit(hospital.noon).replace("'code':'VR'", "'code':'AMB'");
    String ward = "Encounter/" + SERVER.created(hospital.system, inPerson);
    assertThat(
            SERVER
                .create(
                    hospital.system,
                    hospital.prescription(ward, hospital.noon, "N02AA01", "active"))
                .status())
        .isEqualTo(201);
  }

  @Test
  void doesNotJudgeWhatIsOldNews() {
    SERVER.unlicensed.add(hospital.doctor);
    String old = hospital.seen(hospital.noon.minus(Duration.ofDays(40)));
    assertThat(hits(old)).isEmpty();
  }

  @Test
  void losesNoHitAndTellsNoneTwiceWhenItIsKilledAndStarted() throws SQLException {
    SERVER.unlicensed.add(hospital.doctor);
    SERVER.judged();
    SERVER.stop();
    String first = hospital.seen(hospital.noon);
    String id = first.substring("Encounter/".length());
    ResourceVersion version = SERVER.store.read(ROOT, "Encounter", id);
    var change =
        new Change(
            health.helan.foundation.store.Ids.home(id),
            1,
            null,
            version.updated(),
            version.version(),
            version.method(),
            "Encounter",
            id);
    // Killed after it has judged, before it has committed.
    try (Connection connection = SERVER.database.getConnection()) {
      connection.setAutoCommit(false);
      SERVER.supervision().take(connection, List.of(change));
      connection.rollback();
      connection.setAutoCommit(true);
    }
    assertThat(count(first)).isZero();
    SERVER.start();
    assertThat(hits(first)).containsExactly("doctor-licence");
    SERVER.stop();
    String second = hospital.seen(hospital.noon.plus(Duration.ofMinutes(30)));
    // The offset is lost, the hits are there: everything comes again.
    SERVER.sql.update("update consumer_offset set seq = 0 where consumer = 'supervision'");
    SERVER.start();
    assertThat(hits(second)).containsExactly("doctor-licence");
    assertThat(count(first)).isOne();
    assertThat(count(second)).isOne();
  }

  private static long count(String what) {
    return SERVER.number("select count(*) from supervision_hit where what = ?", what);
  }
}
