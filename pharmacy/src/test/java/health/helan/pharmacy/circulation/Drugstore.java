package health.helan.pharmacy.circulation;

import static org.assertj.core.api.Assertions.assertThat;

import health.helan.foundation.rest.testing.ApiForTests;
import health.helan.foundation.rest.testing.ApiForTests.Reply;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Caller.Binding;
import health.helan.foundation.store.Caller.Role;
import health.helan.foundation.store.Json;
import health.helan.pharmacy.review.ReviewServer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A pharmacy of a test region, with a pharmacist, a clerk and a system. */
public final class Drugstore {
  private static final ReviewServer SERVER = ReviewServer.get();

  private final String hours;
  public final String id = "s-" + UUID.randomUUID().toString().substring(0, 8);
  public final Caller system = ApiForTests.system(id);
  public final Caller clerk = ApiForTests.practitioner("c" + id, id);
  public final Caller pharmacist = ApiForTests.practitioner("p" + id, id);

  /**
   * @param latitude of its door; the longitude is always 106.2
   * @param hours JSON of availableTime; empty for none
   */
  public Drugstore(double latitude, String hours) {
    this(latitude, hours, true);
  }

  /** With a door and nobody who may dispense. */
  static Drugstore withoutPharmacist() {
    return withoutPharmacist(38.5);
  }

  static Drugstore withoutPharmacist(double latitude) {
    return new Drugstore(latitude, "", false);
  }

  private Drugstore(double latitude, String hours, boolean hasPharmacist) {
    SERVER.created(
        ReviewServer.ROOT,
        """
        {'resourceType':'Organization','id':'%s','active':true,'name':'药店 %s',
          'type':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/organization-type','code':'prov'}]}]}\
        """
            .formatted(id, id));
    SERVER.created(
        system,
        """
        {'resourceType':'Location','id':'l%s','status':'active','name':'门店','address':{'text':'解放街 1 号'},
          'managingOrganization':{'reference':'Organization/%s'},'position':{'latitude':%s,'longitude':106.2}}\
        """
            .formatted(id, id, latitude));
    this.hours = hours;
    dispenses(true, "pickup", "delivery");
    post(clerk, Shops.SYSTEM, "staff");
    if (hasPharmacist) {
      licensed();
    }
  }

  /** How drugs are had from it, from now on. */
  void opens(String... ways) {
    dispenses(true, ways);
  }

  void closes() {
    dispenses(false, "pickup");
  }

  private void dispenses(boolean active, String... ways) {
    String characteristics =
        Stream.of(ways)
            .map(way -> "{'coding':[{'system':'%s','code':'%s'}]}".formatted(Shops.SYSTEM, way))
            .collect(Collectors.joining(","));
    Reply written =
        SERVER.create(
            system,
            """
            {'resourceType':'HealthcareService','id':'d%s','active':%s,'name':'药店 %s',
              'providedBy':{'reference':'Organization/%s'},'location':[{'reference':'Location/l%s'}],
              'type':[{'coding':[{'system':'%s','code':'dispensing'}]}],
              'characteristic':[%s]%s}\
            """
                .formatted(
                    id,
                    active,
                    id,
                    id,
                    id,
                    Shops.SYSTEM,
                    characteristics,
                    hours.isEmpty() ? "" : ",'availableTime':" + hours));
    ReviewServer.ok(written);
  }

  /** Who works in the institution, and not in its pharmacy. */
  public Caller nurse() {
    Caller nurse = ApiForTests.practitioner("n" + id, id);
    post(nurse, "http://terminology.hl7.org/CodeSystem/practitioner-role", "nurse");
    return nurse;
  }

  /** Somebody with a post here. */
  private void post(Caller of, String system, String code) {
    String practitioner = of.binding().practitioner();
    SERVER.created(
        this.system,
        "{'resourceType':'Practitioner','id':'%s','active':true,'name':[{'text':'周一'}]}"
            .formatted(practitioner));
    also(of, system, code);
  }

  /** One post more. */
  private void also(Caller of, String system, String code) {
    String practitioner = of.binding().practitioner();
    SERVER.created(
        this.system,
        """
        {'resourceType':'PractitionerRole','id':'%s%s','active':true,'practitioner':{'reference':'Practitioner/%s'},
          'organization':{'reference':'Organization/%s'},'code':[{'coding':[{'system':'%s','code':'%s'}]}]}\
        """
            .formatted(code, practitioner, practitioner, id, system, code));
  }

  /** It brings its parcels itself: by its pharmacist, and by who does nothing else. */
  public Caller carries() {
    SERVER.created(
        system,
        """
        {'resourceType':'HealthcareService','id':'v%s','active':true,'name':'药店自送',
          'providedBy':{'reference':'Organization/%s'},'type':[{'coding':[{'system':'%s','code':'carrying'}]}]}\
        """
            .formatted(id, id, Shops.SYSTEM));
    also(pharmacist, Shops.SYSTEM, "courier");
    Caller courier = ApiForTests.practitioner("k" + id, id);
    post(courier, Shops.SYSTEM, "courier");
    return courier;
  }

  public Drugstore() {
    this(38.5, "[{'allDay':true}]");
  }

  private void licensed() {
    Caller regulator = ApiForTests.caller(Role.REGULATOR, "", Binding.NONE);
    String practitioner = pharmacist.binding().practitioner();
    SERVER.created(
        system,
        "{'resourceType':'Practitioner','id':'%s','active':true,'name':[{'text':'陈药师'}]}"
            .formatted(practitioner));
    String post = "r" + practitioner;
    SERVER.created(
        system,
        """
        {'resourceType':'PractitionerRole','id':'%s','active':true,'practitioner':{'reference':'Practitioner/%s'},
          'organization':{'reference':'Organization/%s'},'code':[{'text':'药师'}]}\
        """
            .formatted(post, practitioner, id));
    String path = "Practitioner/" + practitioner;
    ReviewServer.ok(
        SERVER.call(
            system,
            path + "/$file",
            "kind",
            "pharmacist",
            "number",
            "N" + practitioner,
            "start",
            "2015-01-01",
            "end",
            "2099-12-31",
            "reason",
            "首次执业注册"));
    ReviewServer.ok(SERVER.call(regulator, path + "/$verify", "reason", "材料齐全属实"));
    ReviewServer.ok(SERVER.call(regulator, path + "/$activate", "reason", "准予执业注册"));
  }

  /** Tells its stock: item, name, unit, quantity, price of ten. */
  public void has(String item, String name, String unit, int quantity, String price) {
    has(system, item, name, unit, quantity, price, "");
  }

  /** The same, with the number of the product. */
  public void has(
      Caller by, String item, String name, String unit, int quantity, String price, String code) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    ArrayNode parts = body.putArray("parameter").addObject().put("name", "line").putArray("part");
    for (String[] each :
        new String[][] {
          {"item", item},
          {"name", name},
          {"unit", unit},
          {"quantity", Integer.toString(quantity)},
          {"price", price},
          {"per", "10"},
          {"code", code}
        }) {
      if (!each[1].isEmpty()) {
        parts.addObject().put("name", each[0]).put("valueString", each[1]);
      }
    }
    ReviewServer.ok(SERVER.send(by, "POST", "$stock-update", body.toString()));
  }

  public Reply lock(String token) {
    return SERVER.call(clerk, "$prescription-lock", "token", token);
  }

  public Reply dispense(String task, String request, String item, int quantity) {
    return dispense(pharmacist, task, request, item, quantity, trace());
  }

  public Reply dispense(
      Caller by, String task, String request, String item, int quantity, String trace) {
    return dispense(by, task, request, item, quantity, trace, "", LocalDate.now().plusYears(1));
  }

  /** Of a pack that is opened. */
  Reply dispenseOpened(String task, String request, String item, int quantity, String trace) {
    LocalDate expires = LocalDate.now().plusYears(1);
    return dispense(
        pharmacist,
        task,
        request,
        item,
        quantity,
        trace,
        "",
        expires,
        new String[] {"opened", "true"});
  }

  Reply dispense(
      Caller by,
      String task,
      String request,
      String item,
      int quantity,
      String trace,
      String reason,
      LocalDate expires,
      String[]... more) {
    ObjectNode body = Json.MAPPER.createObjectNode().put("resourceType", "Parameters");
    ArrayNode parts = body.putArray("parameter").addObject().put("name", "drug").putArray("part");
    List<String[]> all = new ArrayList<>(List.of(more));
    all.add(new String[] {"item", item});
    all.add(new String[] {"batch", "B20260101"});
    all.add(new String[] {"expires", expires.toString()});
    all.add(new String[] {"reason", reason});
    all.add(new String[] {"trace", trace});
    parts
        .addObject()
        .put("name", "request")
        .putObject("valueReference")
        .put("reference", "MedicationRequest/" + request);
    parts.addObject().put("name", "quantity").put("valueInteger", quantity);
    for (String[] each : all) {
      if (!each[1].isEmpty()) {
        parts.addObject().put("name", each[0]).put("valueString", each[1]);
      }
    }
    return SERVER.send(by, "POST", "Task/" + task + "/$prescription-dispense", body.toString());
  }

  public static String trace() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  public Reply step(String task, String step, String... more) {
    return SERVER.call(pharmacist, "Task/" + task + "/$prescription-" + step, more);
  }

  public int stock(String item) {
    Reply reply = SERVER.get(system, "$stock");
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    return reply.all("line").stream()
        .filter(line -> ApiForTests.part(line, "item").equals(item))
        .mapToInt(line -> Integer.parseInt(ApiForTests.part(line, "quantity")))
        .findFirst()
        .orElse(-1);
  }
}
