import Testing

/// The real program with real processes, in a real terminal. One test at a time: each of them
/// wants the machine for itself.
@Suite(.serialized) struct EndToEnd {}
