package health.helan.foundation.trust.policy;

/** Consents as a resident's page would send them. */
final class Consents {
  private Consents() {}

  /** JSON with single quotes: permits the actors. */
  static String active(String patient, String... actors) {
    return consent(patient, "'type':'permit','actor':[" + String.join(",", each(actors)) + "]");
  }

  /**
   * @param provision the inside of the provision
   */
  static String consent(String patient, String provision) {
    return """
    {'resourceType':'Consent','status':'active',\
    'scope':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/consentscope','code':'patient-privacy'}]},\
    'category':[{'coding':[{'system':'http://loinc.org','code':'59284-0'}]}],\
    'patient':{'reference':'Patient/%1$s'},'performer':[{'reference':'Patient/%1$s'}],\
    'policy':[{'uri':'https://helan.health/consent/record-access/1'}],\
    'provision':{%2$s}}"""
        .formatted(patient, provision);
  }

  static String actor(String reference) {
    return "{'role':{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/v3-ParticipationType','code':'IRCP'}]},"
        + "'reference':{'reference':'"
        + reference
        + "'}}";
  }

  private static String[] each(String... references) {
    String[] actors = new String[references.length];
    for (int i = 0; i < actors.length; i++) {
      actors[i] = actor(references[i]);
    }
    return actors;
  }
}
