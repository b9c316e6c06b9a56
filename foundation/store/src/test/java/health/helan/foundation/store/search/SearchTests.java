package health.helan.foundation.store.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.store.IndexKey;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.index.FhirPathEngine;
import health.helan.foundation.store.index.Indexer;
import health.helan.foundation.store.index.ParameterRegistry;
import health.helan.foundation.store.testing.PostgresForTests;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Each parameter type, modifier and prefix on a small region. */
class SearchTests {
  private static TestRows rows;

  @BeforeAll
  static void region() throws SQLException {
    rows = new TestRows(PostgresForTests.storeDatabase());
    rows.put(
        """
        {'resourceType':'Organization','id':'o1','name':'宁夏医科大学总医院','alias':['General Hospital'],
         'identifier':[{'system':'http://org','value':'001'}]}""");
    rows.put(
        "{'resourceType':'Organization','id':'o2','name':'Yinchuan Clinic','partOf':{'reference':'Organization/o1'}}");
    rows.put("{'resourceType':'Practitioner','id':'d1','name':[{'family':'Li','given':['Wei']}]}");
    rows.put(
        """
        {'resourceType':'Patient','id':'p1','active':true,'gender':'male','birthDate':'1980-05-17',
         'name':[{'text':'张伟','family':'张','given':['伟']}],
         'identifier':[{'system':'http://id','value':'640101198005170013','type':{'coding':[{'system':'http://t','code':'NI'}]}},{'value':'bare'}],
         'telecom':[{'system':'phone','value':'13900000001','use':'mobile'},{'system':'email','value':'Zhang@Example.org'}],
         'address':[{'city':'银川市','district':'兴庆区','line':['解放西街1号'],'postalCode':'750001'}],
         'managingOrganization':{'reference':'Organization/o1'},'generalPractitioner':[{'reference':'Practitioner/d1'}],
         'meta':{'tag':[{'system':'http://tag','code':'demo'}],'profile':['http://p/patient|1.0'],'security':[{'system':'http://sec','code':'R'}]}}""");
    rows.put(
        """
        {'resourceType':'Patient','id':'p2','active':false,'gender':'female','birthDate':'1990-12','deceasedDateTime':'2020-03-01',
         'name':[{'family':'Müller-Lüdenscheidt','given':['José','Ana']}],'managingOrganization':{'reference':'Organization/o2'},
         'link':[{'other':{'reference':'Patient/p1'},'type':'seealso'}]}""");
    rows.put(
        "{'resourceType':'Patient','id':'p3','gender':'other','generalPractitioner':[{'reference':'http://other.org/fhir/Practitioner/d9'},{'identifier':{'system':'http://lic','value':'77'}}]}");
    rows.put(
        """
        {'resourceType':'Encounter','id':'e1','status':'finished','class':{'system':'http://cls','code':'AMB'},
         'subject':{'reference':'Patient/p1'},'period':{'start':'2024-01-01T08:00:00+08:00','end':'2024-01-01T09:00:00+08:00'},
         'participant':[{'individual':{'reference':'Practitioner/d1'}}],'serviceProvider':{'reference':'Organization/o2'}}""");
    rows.put(
        """
        {'resourceType':'Encounter','id':'e2','status':'in-progress','class':{'system':'http://cls','code':'IMP'},
         'subject':{'reference':'Patient/p2'},'period':{'start':'2024-02-01'}}""");
    rows.put(
        """
        {'resourceType':'Observation','id':'b1','status':'final','category':[{'coding':[{'system':'http://cat','code':'vital-signs','display':'Vital Signs'}]}],
         'code':{'coding':[{'system':'http://loinc.org','code':'85354-9','display':'Blood pressure panel'}],'text':'血压'},
         'subject':{'reference':'Patient/p1'},'encounter':{'reference':'Encounter/e1'},'effectiveDateTime':'2024-01-01T08:30:00+08:00',
         'performer':[{'reference':'Practitioner/d1'}],
         'component':[{'code':{'coding':[{'system':'http://loinc.org','code':'8480-6'}]},'valueQuantity':{'value':145,'unit':'mmHg','system':'http://unitsofmeasure.org','code':'mm[Hg]'}},
          {'code':{'coding':[{'system':'http://loinc.org','code':'8462-4'}]},'valueQuantity':{'value':85,'unit':'mmHg','system':'http://unitsofmeasure.org','code':'mm[Hg]'}}]}""");
    rows.put(
        """
        {'resourceType':'Observation','id':'h1','status':'final','code':{'coding':[{'system':'http://loinc.org','code':'8302-2'}]},
         'subject':{'reference':'Patient/p1'},'effectiveDateTime':'2024-01-02','valueQuantity':{'value':170.0,'unit':'cm','system':'http://unitsofmeasure.org','code':'cm'}}""");
    rows.put(
        """
        {'resourceType':'Observation','id':'h2','status':'preliminary','code':{'coding':[{'system':'http://loinc.org','code':'8302-2'}]},
         'subject':{'reference':'Patient/p2'},'effectivePeriod':{'start':'2024-02-01T00:00:00Z','end':'2024-02-10T00:00:00Z'},
         'valueQuantity':{'value':1.62,'unit':'m','system':'http://unitsofmeasure.org','code':'m'},'hasMember':[{'reference':'Observation/h1'}]}""");
    rows.put(
        """
        {'resourceType':'Observation','id':'s1','status':'final','code':{'coding':[{'code':'local'}]},'subject':{'reference':'Group/g1'},
         'valueString':'Streptococcus pneumoniae seen','performer':[{'reference':'Patient/p2'}]}""");
    rows.put(
        """
        {'resourceType':'Appointment','id':'a1','status':'booked','start':'2024-03-01T08:00:00Z','participant':[
         {'actor':{'reference':'Patient/p1'},'status':'accepted'},{'actor':{'reference':'Patient/p2'},'status':'accepted'},{'actor':{'reference':'Practitioner/d1'},'status':'accepted'}]}""");
    rows.put(
        "{'resourceType':'ValueSet','id':'v1','url':'http://x.org/vs/a/b','status':'active','version':'2'}");
    rows.put(
        "{'resourceType':'Location','id':'l1','status':'active','name':'Ward','position':{'latitude':38.4872,'longitude':106.2309}}");
    rows.put(
        "{'resourceType':'Location','id':'l2','status':'active','name':'Far','position':{'latitude':39.9,'longitude':116.4},'partOf':{'reference':'Location/l1'}}");
    rows.put(
        "{'resourceType':'RiskAssessment','id':'r1','status':'final','subject':{'reference':'Patient/p1'},'prediction':[{'probabilityDecimal':0.25}]}");
    rows.put(
        "{'resourceType':'List','id':'li','status':'current','mode':'working','entry':[{'item':{'reference':'Patient/p2'}},{'item':{'reference':'Patient/p3'},'deleted':true}]}");
    rows.put(
        "{'resourceType':'DocumentReference','id':'dr','status':'current','relatesTo':[{'code':'replaces','target':{'reference':'DocumentReference/old'}},{'code':'appends','target':{'reference':'DocumentReference/main'}}]}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        // token
        "Patient?gender=male; p1",
        "Patient?gender=MALE; p1",
        "Patient?gender=http://hl7.org/fhir/administrative-gender|male; p1",
        "Patient?gender=http://wrong|male; -",
        "Patient?gender=|male; p1",
        "Patient?gender=male,female; p1 p2",
        "Patient?gender:not=male; p2 p3",
        "Patient?gender:not=male,female; p3",
        "Patient?active=true; p1",
        "Patient?deceased=true; p2",
        "Patient?deceased:missing=true; p1 p3",
        "Patient?identifier=http://id|640101198005170013; p1",
        "Patient?identifier=640101198005170013; p1",
        "Patient?identifier=|bare; p1",
        "Patient?identifier=|640101198005170013; -",
        "Patient?identifier=http://id|; p1",
        "Patient?identifier:of-type=http://t|NI|640101198005170013; p1",
        "Patient?identifier:of-type=http://t|NI|bare; -",
        "Patient?identifier:missing=false; p1",
        "Patient?phone=13900000001; p1",
        "Patient?email=zhang@example.ORG; p1",
        "Patient?phone=zhang@example.org; -",
        "Patient?telecom=mobile|13900000001; p1",
        "Patient?_tag=demo; p1",
        "Patient?_tag=http://tag|demo; p1",
        "Patient?_security=http://sec|; p1",
        "Patient?_profile=http://p/patient; p1",
        "Patient?_profile=http://p/patient|1.0; p1",
        "Patient?_profile=http://p/patient|2.0; -",
        "Observation?code=85354-9; b1",
        "Observation?code=http://loinc.org|85354-9; b1",
        "Observation?code=http://loinc.org|; b1 h1 h2",
        "Observation?code=|local; s1",
        "Observation?code=|85354-9; -",
        "Observation?code:text=血; b1",
        "Observation?code:text=blood PRESSURE; b1",
        "Observation?code:in=http://hl7.org/fhir/ValueSet/observation-status; -",
        "Observation?status:in=http://hl7.org/fhir/ValueSet/observation-status; b1 h1 h2 s1",
        "Observation?status:not-in=http://hl7.org/fhir/ValueSet/observation-status; -",
        "Observation?combo-code=8480-6; b1",
        "Observation?combo-code=85354-9; b1",
        "Observation?combo-code:not=85354-9; h1 h2 s1",
        "Observation?component-code=85354-9; -",
        "Encounter?class=AMB; e1",
        // string
        "Patient?name=张; p1",
        "Patient?name=张伟; p1",
        "Patient?name=伟; p1",
        "Patient?family=mull; p2",
        "Patient?family=muller-ludenscheidt; p2",
        "Patient?family=muller-ludenscheidx; -",
        "Patient?name=JOSE; p2",
        "Patient?name:exact=José; p2",
        "Patient?name:exact=jose; -",
        "Patient?family:contains=LÜDEN; p2",
        "Patient?name:contains=uden; p2",
        "Patient?address=银川; p1",
        "Patient?address-city=银川市; p1",
        "Patient?address=解放; p1",
        "Patient?address=兴庆; p1",
        "Patient?address-postalcode=7500; p1",
        "Patient?address:exact=解放西街1号; p1",
        "Patient?address:exact=解放西街; -",
        "Patient?address-city:missing=true; p2 p3",
        "Patient?given=ana&family=mull; p2",
        "Patient?given=ana&given=jose; p2",
        "Patient?name:missing=true; p3",
        "Organization?name=general; o1",
        "Organization?name=宁夏医科大学总医院; o1",
        "Organization?name=宁夏医科大学附属; -",
        "Observation?value-string=strepto; s1",
        // date
        "Patient?birthdate=1980-05-17; p1",
        "Patient?birthdate=1980; p1",
        "Patient?birthdate=1990-12; p2",
        "Patient?birthdate=1990-12-01; -",
        "Patient?birthdate=ne1980; p2",
        "Patient?birthdate=gt1985; p2",
        "Patient?birthdate=lt1985; p1",
        "Patient?birthdate=ge1980-05-17; p1 p2",
        "Patient?birthdate=le1980-05-17; p1",
        "Patient?birthdate=sa1980-05-17; p2",
        "Patient?birthdate=eb1990-12-01; p1",
        "Patient?birthdate:missing=true; p3",
        "Patient?death-date=2020; p2",
        "Patient?death-date=gt2020-02; p2",
        "Encounter?date=2024-01-01; e1",
        "Encounter?date=2024; e1",
        "Encounter?date=gt2030; e2",
        "Encounter?date=sa2024-01-15; e2",
        "Encounter?date=eb2024-01-15; e1",
        "Observation?date=2024-01-01T08:30:00+08:00; b1",
        "Observation?date=2024-01-01T08:30:00 08:00; b1",
        "Observation?date=ap2024-01-01; b1 h1 h2",
        "Observation?date=ge2024-01-02&date=lt2024-03; h1 h2",
        // number, quantity
        "RiskAssessment?probability=0.25; r1",
        "RiskAssessment?probability=0.2; -",
        "RiskAssessment?probability=gt0.2; r1",
        "RiskAssessment?probability=0.3; r1",
        "RiskAssessment?probability=ap0.26; r1",
        "Observation?value-quantity=170; h1",
        "Observation?value-quantity=170||cm; h1",
        "Observation?value-quantity=170|http://unitsofmeasure.org|cm; h1",
        "Observation?value-quantity=1.70|http://unitsofmeasure.org|m; h1",
        "Observation?value-quantity=gt1.65|http://unitsofmeasure.org|m; h1",
        "Observation?value-quantity=lt165|http://unitsofmeasure.org|cm; h2",
        "Observation?value-quantity=170|http://unitsofmeasure.org|kg; -",
        "Observation?value-quantity=170|http://unitsofmeasure.org|; h1",
        "Observation?component-value-quantity=145||mmHg; b1",
        "Observation?combo-value-quantity=gt140; b1 h1",
        "Observation?value-quantity=ne170; h2",
        "Observation?value-quantity:missing=true; b1 s1",
        // composite
        "Observation?component-code-value-quantity=8480-6$gt140; b1",
        "Observation?component-code-value-quantity=8462-4$gt140; -",
        "Observation?component-code-value-quantity=http://loinc.org|8480-6$145|http://unitsofmeasure.org|mm[Hg]; b1",
        "Observation?combo-code-value-quantity=8302-2$gt100; h1",
        "Observation?combo-code-value-quantity=8480-6$gt100; b1",
        "Observation?code-value-quantity=8302-2$lt2; h2",
        "Observation?code-value-quantity=8302-2$lt2,85354-9$gt1; h2",
        "DocumentReference?relationship=DocumentReference/old$replaces; -",
        "DocumentReference?relationship=replaces$DocumentReference/old; dr",
        "DocumentReference?relationship=replaces$DocumentReference/main; -",
        "DocumentReference?relationship=appends$main; dr",
        // reference
        "Observation?subject=Patient/p1; b1 h1",
        "Observation?subject=p1; b1 h1",
        "Observation?patient=p1; b1 h1",
        "Observation?patient=Patient/p1,Patient/p2; b1 h1 h2",
        "Observation?subject:Patient=p1; b1 h1",
        "Observation?subject:Group=g1; s1",
        "Observation?subject=Group/g1; s1",
        "Observation?patient:missing=true; s1",
        "Observation?subject:missing=true; -",
        "Observation?performer=Practitioner/d1; b1",
        "Observation?performer=Patient/p2; s1",
        "Observation?patient=p1&code=8302-2; h1",
        "Observation?patient=p1&code=http://loinc.org|8302-2; h1",
        "Observation?patient=p1&code=http://wrong|8302-2; -",
        "Observation?patient=p1,p2&code=8302-2,85354-9; b1 h1 h2",
        "Observation?patient=p1&combo-code=8480-6; b1",
        "Observation?patient=p1&code:not=8302-2; b1",
        "Patient?general-practitioner=http://other.org/fhir/Practitioner/d9; p3",
        "Patient?general-practitioner:identifier=http://lic|77; p3",
        "Patient?general-practitioner:identifier=77; p3",
        "Appointment?patient=p2; a1",
        "Appointment?patient=p1; a1",
        "Appointment?actor=Patient/p1; a1",
        "Appointment?practitioner=d1; a1",
        "Appointment?practitioner=p1; -",
        "Encounter?practitioner=Practitioner/d1; e1",
        // uri
        "ValueSet?url=http://x.org/vs/a/b; v1",
        "ValueSet?url:below=http://x.org/vs; v1",
        "ValueSet?url:below=http://x.org/v; -",
        "ValueSet?url:above=http://x.org/vs/a/b/c; v1",
        "ValueSet?url:above=http://x.org/vs/a; -",
        // chains
        "Observation?subject.name=张; b1 h1",
        "Observation?subject:Patient.name=张; b1 h1",
        "Observation?patient.gender=female; h2",
        "Observation?subject:Patient.organization.name=yinchuan; h2",
        "Observation?encounter.service-provider.name=yinchuan; b1",
        "Observation?encounter.service-provider.partof.name=宁夏; b1",
        "Observation?performer:Practitioner.family=li; b1",
        "Observation?patient.birthdate=lt1985&code=8302-2; h1",
        "Observation?has-member.code=8302-2; h2",
        "Encounter?subject.organization:missing=true; -",
        "Appointment?patient.family=mull; a1",
        // _has
        "Patient?_has:Observation:patient:code=85354-9; p1",
        "Patient?_has:Observation:patient:value-quantity=lt10; p2",
        "Patient?_has:Appointment:patient:status=booked; p1 p2",
        "Organization?_has:Patient:organization:name=张; o1",
        "Practitioner?_has:Encounter:practitioner:patient.gender=male; d1",
        "Organization?_has:Patient:organization:_has:Observation:patient:code=85354-9; o1",
        "Encounter?_has:Observation:encounter:code=85354-9; e1",
        "Patient?organization._has:Patient:organization:name=mull; p2",
        // every type
        "Patient?_id=p1,p3; p1 p3",
        "Patient?_id=nobody; -",
        "Patient?_id:not=p1; p2 p3",
        "Patient?_lastUpdated=2026-01-01T00:00:00Z; p1 p2 p3",
        "Patient?_lastUpdated=gt2026-01-01T00:00:00Z; -",
        "Patient?_lastUpdated=ge2025; p1 p2 p3",
        "Patient?_list=li; p2",
        "Location?near=38.5|106.2|20|km; l1",
        "Location?near=38.5|106.2; l1",
        "Location?near=39.9|116.4|1000|m; l2",
        // compartments
        "Patient/p1/Observation; b1 h1",
        "Patient/p2/Observation; h2 s1",
        "Patient/p2/Observation?code=8302-2; h2",
        "Patient/p2/Appointment; a1",
        "Encounter/e1/Observation; b1",
        "Practitioner/d1/Encounter; e1",
        "Patient/p1/Patient; p1 p2",
      })
  void finds(String query, String ids) {
    assertThat(rows.all(query))
        .extracting(key -> key.substring(key.indexOf('/') + 1))
        .containsExactlyInAnyOrder(ids.equals("-") ? new String[0] : ids.split(" "));
    assertThat(rows.all(query + (query.contains("?") ? "&" : "?") + "_count=1"))
        .containsExactlyElementsOf(rows.all(query));
    SearchResult counted =
        rows.search(query + (query.contains("?") ? "&" : "?") + "_summary=count");
    assertThat(counted.total()).isEqualTo(ids.equals("-") ? 0 : ids.split(" ").length);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "Patient?_sort=birthdate; p3 p1 p2",
        "Patient?_sort=-birthdate; p2 p1 p3",
        "Patient?_sort=family; p3 p2 p1",
        "Patient?_sort=-family; p1 p2 p3",
        "Patient?_sort=gender,-birthdate; p2 p1 p3",
        "Patient?_sort=-_id; p3 p2 p1",
        "Patient?_sort=name; p3 p2 p1",
        "Observation?_sort=-date; h2 h1 b1 s1",
        "Observation?patient=p1&_sort=date; b1 h1",
        "Observation?_sort=value-quantity&value-quantity:missing=false; h2 h1",
        "Observation?_sort=code,_id; b1 ^",
        "Patient?_sort=death-date,-_id; p3 p1 p2",
        "Patient?_sort=-_lastUpdated,_id; p1 p2 p3",
      })
  void sorts(String query, String ids) {
    List<String> all =
        rows.all(query).stream().map(key -> key.substring(key.indexOf('/') + 1)).toList();
    if (!ids.contains("^")) {
      assertThat(all).containsExactly(ids.split(" "));
    }
    assertThat(
            rows.all(query + "&_count=1").stream()
                .map(key -> key.substring(key.indexOf('/') + 1))
                .toList())
        .isEqualTo(all);
  }

  private List<String> included(String query) {
    return rows.search(query).entries().stream()
        .filter(entry -> !entry.isMatch())
        .map(entry -> entry.resource().type() + "/" + entry.resource().id())
        .toList();
  }

  @Test
  void includesWhatMatchesPointTo() {
    assertThat(included("Observation?code=85354-9&_include=Observation:patient"))
        .containsExactly("Patient/p1");
    assertThat(
            included(
                "Observation?code=85354-9&_include=Observation:patient&_include:iterate=Patient:organization"))
        .containsExactlyInAnyOrder("Patient/p1", "Organization/o1");
    assertThat(included("Observation?code=85354-9&_include=Observation:*"))
        .containsExactlyInAnyOrder("Patient/p1", "Encounter/e1", "Practitioner/d1");
    assertThat(included("Observation?code=85354-9&_include=*")).hasSize(3);
    assertThat(included("Observation?code=85354-9&_include=Observation:subject:Group")).isEmpty();
    assertThat(
            included(
                "Encounter?_id=e1&_include=Encounter:service-provider&_include:iterate=Organization:partof"))
        .containsExactlyInAnyOrder("Organization/o2", "Organization/o1");
    assertThat(included("Patient?_id=p2&_include=Patient:link")).containsExactly("Patient/p1");
    assertThat(included("Patient?_include=Patient:link")).isEmpty();
  }

  @Test
  void includesWhatPointsToMatches() {
    assertThat(included("Patient?_id=p1&_revinclude=Observation:patient"))
        .containsExactlyInAnyOrder("Observation/b1", "Observation/h1");
    assertThat(
            included(
                "Patient?_id=p1&_revinclude=Encounter:patient&_revinclude:iterate=Observation:encounter"))
        .containsExactlyInAnyOrder("Encounter/e1", "Observation/b1");
    assertThat(included("Patient?_id=p2&_revinclude=Appointment:patient"))
        .containsExactly("Appointment/a1");
    assertThat(included("Organization?_id=o2&_revinclude=Patient:organization"))
        .containsExactly("Patient/p2");
    assertThat(included("Practitioner?_id=d1&_revinclude=Observation:*"))
        .containsExactly("Observation/b1");
  }

  @Test
  void keepsWherePeopleLiveAndTheirNumbersAsDigestsOnly() throws SQLException {
    for (String query :
        List.of(
            "Patient?address=宁夏回族自治区银川市",
            "Patient?address-city:contains=川",
            "Patient?_sort=address-city",
            "Observation?subject:Patient.address=宁夏回族自治区银川市")) {
      assertThatExceptionOfType(Refusal.class)
          .as(query)
          .isThrownBy(() -> rows.all(query))
          .satisfies(refusal -> assertThat(refusal.kind()).isEqualTo(Refusal.Kind.NOT_SUPPORTED));
    }
    ObjectNode patient =
        TestRows.tree(
            """
            {'resourceType':'Patient','id':'secret','identifier':[{'system':'urn:id','value':'640102198005170011'}],
             'telecom':[{'system':'phone','value':'13912345678','use':'mobile'},{'system':'email','value':'zhang@example.org'}],
             'address':[{'text':'光明路七号','line':['光明路七号'],'city':'吴忠市','district':'利通区','postalCode':'751100'}]}""");
    String vals =
        new String(
            new Indexer(
                    new ParameterRegistry(
                        R4.get(), new IndexKey(new byte[32]).digests(), new FhirPathEngine()))
                .index("Patient", patient, "secret")
                .vals(),
            StandardCharsets.UTF_8);
    assertThat(vals).contains("address").contains("telecom");
    for (String secret : List.of("640102", "139123", "zhang", "光明", "吴忠", "利通", "751100")) {
      assertThat(vals).doesNotContain(secret);
    }
  }

  @Test
  void searchesSeveralTypes() {
    assertThat(rows.all("?_type=Patient,Organization&_count=2"))
        .containsExactlyInAnyOrder(
            "Patient/p1", "Patient/p2", "Patient/p3", "Organization/o1", "Organization/o2");
    assertThat(rows.all("?_tag=demo")).containsExactly("Patient/p1");
    assertThat(rows.all("?_count=3&_lastUpdated=ge2025")).hasSize(19).doesNotHaveDuplicates();
    assertThat(rows.all("?_type=Patient,Location&_sort=-_id&_count=2"))
        .containsExactly("Patient/p3", "Patient/p2", "Patient/p1", "Location/l2", "Location/l1");
    assertThat(rows.all("Patient/p1/*?_count=2"))
        .containsExactlyInAnyOrder(
            "Patient/p1",
            "Patient/p2",
            "Observation/b1",
            "Observation/h1",
            "Encounter/e1",
            "Appointment/a1",
            "RiskAssessment/r1");
  }

  @Test
  void givesEverythingOfAPatientWithWhatItPointsTo() {
    SearchResult result =
        rows.engine.everything(TestRows.CALLER, "p1", TestRows.parameters("_count=100"));
    assertThat(TestRows.keys(result)).startsWith("Patient/p1").hasSize(7);
    assertThat(result.entries())
        .filteredOn(entry -> !entry.isMatch())
        .extracting(entry -> entry.resource().type() + "/" + entry.resource().id())
        .contains("Organization/o1", "Organization/o2", "Practitioner/d1");
  }

  @Test
  void givesEverythingOfATime() {
    SearchResult result =
        rows.engine.everything(
            TestRows.CALLER, "p1", TestRows.parameters("start=2024-01-02&end=2024-01-31"));
    assertThat(TestRows.keys(result))
        .contains("Patient/p1", "Observation/h1")
        .doesNotContain("Observation/b1", "Appointment/a1", "Encounter/e1");
  }

  @Test
  void givesTheLatestOfEachCode() {
    SearchResult result =
        rows.engine.lastn(TestRows.CALLER, TestRows.parameters("patient=Patient/p1"), 1);
    assertThat(TestRows.keys(result)).containsExactlyInAnyOrder("Observation/b1", "Observation/h1");
  }

  @Test
  void totals() {
    assertThat(rows.search("Patient?_count=1").total()).isNull();
    assertThat(rows.search("Patient?_count=1&_total=accurate").total()).isEqualTo(3);
    assertThat(rows.search("Patient?_total=estimate").total()).isNotNull();
    assertThat(rows.search("Patient?_count=0").entries()).isEmpty();
    assertThat(rows.search("Patient?_count=0").total()).isEqualTo(3);
  }

  @Test
  void matchesForConditions() throws SQLException {
    assertThat(rows.match("Patient", "identifier=http://id|640101198005170013"))
        .singleElement()
        .satisfies(key -> assertThat(key.id()).isEqualTo("p1"));
  }

  @Test
  void summariesKeepWhatTheSpecificationMarks() {
    SearchResult result = rows.search("Observation?_id=b1&_summary=true");
    String json =
        new String(
            result.entries().get(0).resource().content(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(json).contains("SUBSETTED", "85354-9", "8480-6", "Patient/p1");
    result = rows.search("Patient?_id=p1&_summary=true");
    json =
        new String(
            result.entries().get(0).resource().content(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(json).contains("1980-05-17").doesNotContain("Practitioner/d1");
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> rows.search("Patient?_summary=true&_elements=name"));
  }

  @Test
  void cutsResourcesDown() {
    SearchResult result = rows.search("Patient?_id=p1&_elements=gender,name.family");
    String json =
        new String(
            result.entries().get(0).resource().content(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(json).contains("SUBSETTED", "male", "张").doesNotContain("张伟", "birthDate");
    assertThat(result.summary()).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient?nonsense=1",
        "Patient?gender:exact=male",
        "Patient?name:not=x",
        "Patient?birthdate=tomorrow",
        "Patient?birthdate=2021-02-30",
        "Patient?gender=",
        "Patient?gender:missing=perhaps",
        "Patient?_sort=nonsense",
        "Patient?_sort=identifier",
        "Patient?_count=-1",
        "Patient?_count=many",
        "Patient?_cursor=nonsense",
        "Patient?_cursor=WyIxIiwwLDAsIiIsIiJd",
        "Patient?_total=some",
        "Patient?_filter=x",
        "Patient?_text=x",
        "Patient?phonetic=x",
        "Patient?_include=Patient",
        "Patient?_include=Patient:gender",
        "Patient?_include=Nothing:x",
        "Patient?name.family=x",
        "Patient?organization.nonsense=x",
        "Patient?organization:Device.name=x",
        "Patient?_has:Observation:code:code=x",
        "Patient?_has:Observation:patient=x",
        "Patient?_has:Nothing:patient:code=x",
        "Observation?value-quantity=1e999999999",
        "Observation?value-quantity=x",
        "Observation?value-quantity=1|2",
        "Observation?component-code-value-quantity=8480-6",
        "Observation?code:in=http://unknown",
        "Observation?code:in=http://hl7.org/fhir/ValueSet/observation-codes",
        "Observation?code:not-in=http://hl7.org/fhir/ValueSet/mimetypes",
        "Observation?status:in=http://hl7.org/fhir/ValueSet/observation-status|3.0.1",
        "Observation?status:in=ValueSet/1",
        "Observation?code:below=http://loinc.org|1",
        "Observation?code:above=http://snomed.info/sct|404684003",
        "Observation?code:below=85354-9",
        "Observation?status:below=nonsense",
        "Observation?status:below=http://hl7.org/fhir/observation-status|",
        "Observation?status:below=http://hl7.org/fhir/observation-status|final|x",
        "Encounter?class:below=http://terminology.hl7.org/CodeSystem/v3-ActCode|nonsense",
        "Location?near=1",
        "Location?near=1|x",
        "Location?near=91|0",
        "Nothing?x=y",
        "Device/d/Patient",
        "Nothing/d/Patient",
        "Patient?name=a\u0000b",
        "?name=x",
        "?_type=Nothing",
      })
  void refusesWhatItDoesNotUnderstand(String query) {
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> rows.search(query))
        .satisfies(refusal -> assertThat(refusal.kind().status()).isBetween(400, 499));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Patient?name=' or 1=1 --",
        "Patient?name=%_\\\\",
        "Patient?name:contains=%",
        "Patient?name=aaaaaaaaaaaaaa\"'\\$[*] ? (@",
        "Observation?code:text=.*\"){",
        "Observation?value-quantity=5||\"'; drop table res_patient",
        "ValueSet?url:below='\"\\\\$",
        "Patient?identifier='|\"",
        "Patient?_id=' or true",
        "DocumentReference?relationship=replaces$x",
        "Patient?general-practitioner=\uD83D\uDE00/\uD83D\uDE00",
      })
  void hostileTextsFindNothingAndBreakNothing(String query) {
    assertThat(rows.all(query)).isEmpty();
  }

  @Test
  void leavesUnknownParametersOutWhenLenient() {
    SearchResult result =
        rows.engine.search(
            TestRows.CALLER, TestRows.request("Patient?nonsense=1&gender=male&_sort=what", true));
    assertThat(TestRows.keys(result)).containsExactly("Patient/p1");
    assertThat(result.warnings()).hasSize(2);
    assertThat(result.used()).containsExactly(new SearchRequest.Parameter("gender", "male"));
  }

  @Test
  void aCursorBelongsToItsSearch() {
    String cursor = rows.search("Patient?_count=1").next();
    assertThat(rows.search("Patient?_count=2&_cursor=" + cursor).entries()).hasSize(2);
    assertThatExceptionOfType(Refusal.class)
        .isThrownBy(() -> rows.search("Patient?gender=male&_count=1&_cursor=" + cursor));
  }
}
