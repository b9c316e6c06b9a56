package health.helan.demo.clinical;

/** What an acute illness does to the blood. */
enum Illness {
  NONE,
  VIRAL,
  BACTERIAL
}
