package health.helan.foundation.store;

import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the platform tells a resident, as a FHIR R4 Communication without a sender. A room adds what
 * only it has to say.
 */
public final class NoticeJson {
  private NoticeJson() {}

  /**
   * @param patient {@code Patient/[id]}, whom it is told and in whose record it lies
   * @param system of {@code topic}, by which pages know where to lead
   * @param text in Chinese; where it is said in English too, on a second line
   */
  public static ObjectNode of(
      String patient, String system, String topic, String text, Instant sent) {
    ObjectNode notice = Json.MAPPER.createObjectNode();
    notice.put("resourceType", "Communication").put("status", "completed");
    coding(
        notice.putArray("category").addObject(),
        "http://terminology.hl7.org/CodeSystem/communication-category",
        "notification");
    coding(notice.putObject("topic"), system, topic);
    notice.putObject("subject").put("reference", patient);
    notice.putArray("recipient").addObject().put("reference", patient);
    notice.put("sent", sent.toString());
    notice.putArray("payload").addObject().put("contentString", text);
    return notice;
  }

  /** As one, with what it is about. */
  public static ObjectNode about(ObjectNode notice, String reference) {
    notice.putArray("about").addObject().put("reference", reference);
    return notice;
  }

  private static void coding(ObjectNode concept, String system, String code) {
    concept.putArray("coding").addObject().put("system", system).put("code", code);
  }
}
