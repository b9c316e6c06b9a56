package health.helan.bench;

/** Names of the phases that are no searches, as they stand in the report. */
final class Phase {
  static final String LOAD = "transaction bundles, 4 connections";
  static final String CREATE = "POST one Observation, 8 connections";
  static final String READ = "GET Patient/id, 8 connections";
  static final String UPDATE = "PUT one Observation, 8 connections";
  static final String HISTORY = "GET Observation/id/_history, 8 connections";
  static final String MIXED = "mixed, 80 % reads, 8 connections";
  static final String DELETE = "DELETE one Observation, 8 connections";

  private Phase() {}
}
