package health.helan.app.access;

import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Pharmacists of the demo doctors' institutions, who review their prescriptions: with a licence and
 * a place, since nothing is reviewed without. Two, because who scores a prescription afterwards is
 * another than who passed it; the second is the head of pharmacy.
 */
final class DemoPharmacists {
  private static final String REGISTERED = "https://helan.health/fhir/StructureDefinition/";
  private static final String KIND = "https://helan.health/fhir/CodeSystem/licence-kind";
  private static final String NUMBER = "https://helan.health/fhir/sid/demo-licence-number";

  /** What makes the head of an institution's pharmacy (docs/guide/prescription-review.md). */
  private static final String POST = "https://helan.health/fhir/CodeSystem/post";

  /** A pharmacist whom an account can be made for. */
  record Made(String login, String id, String name, String where) {}

  private static final Caller BY = Caller.platform("demo-accounts");

  private final DemoStaff staff;

  DemoPharmacists(DemoStaff staff) {
    this.staff = staff;
  }

  /** Writes those that are missing. */
  List<Made> create(List<String> institutions) {
    List<Made> all = new ArrayList<>();
    if (institutions.isEmpty()) {
      return all;
    }
    for (int number = 1; number <= 2; number++) {
      String id = "demo-pharmacist" + number;
      String name = number == 1 ? "演示药师甲" : "演示药师乙";
      String title = number == 1 ? "主管药师" : "药学部主任";
      staff.write(BY, practitioner(id, name, number));
      for (int at = 0; at < institutions.size(); at++) {
        String role = id + "-post" + (at + 1);
        staff.write(BY, post(role, id, name, institutions.get(at), title, at == 0, number == 2));
      }
      all.add(new Made("pharmacist" + number, id, name, title));
    }
    return all;
  }

  private static ObjectNode practitioner(String id, String name, int number) {
    ObjectNode practitioner = Json.MAPPER.createObjectNode();
    practitioner.put("resourceType", "Practitioner").put("id", id).put("active", true);
    practitioner.putArray("name").addObject().put("use", "official").put("text", name);
    ObjectNode qualification = practitioner.putArray("qualification").addObject();
    ArrayNode parts =
        qualification
            .putArray("extension")
            .addObject()
            .put("url", REGISTERED + "registration")
            .putArray("extension");
    parts.addObject().put("url", "state").put("valueCode", "active");
    // Real licence numbers begin with a kind from 110 on; 999 is no kind.
    qualification
        .putArray("identifier")
        .addObject()
        .put("system", NUMBER)
        .put("value", "99999900000000" + number);
    ObjectNode code = qualification.putObject("code").put("text", "执业药师注册证（演示）");
    code.putArray("coding").addObject().put("system", KIND).put("code", "pharmacist");
    qualification.putObject("period").put("start", "2020-01-01").put("end", "2099-12-31");
    return practitioner;
  }

  private static ObjectNode post(
      String id,
      String practitioner,
      String name,
      String institution,
      String title,
      boolean isMain,
      boolean isHead) {
    ObjectNode role = Json.MAPPER.createObjectNode();
    role.put("resourceType", "PractitionerRole").put("id", id).put("active", true);
    role.putObject("practitioner")
        .put("reference", "Practitioner/" + practitioner)
        .put("display", name);
    role.putObject("organization").put("reference", "Organization/" + institution);
    ObjectNode code = role.putArray("code").addObject();
    if (isHead) {
      code.putArray("coding").addObject().put("system", POST).put("code", "pharmacy-head");
    }
    code.put("text", title);
    ArrayNode place =
        role.putArray("extension")
            .addObject()
            .put("url", REGISTERED + "practice-site")
            .putArray("extension");
    place.addObject().put("url", "state").put("valueCode", "approved");
    place.addObject().put("url", "site").put("valueCode", isMain ? "main" : "additional");
    return role;
  }
}
