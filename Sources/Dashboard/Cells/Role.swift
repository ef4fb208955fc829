/// The meaning of a part of the screen. The theme says how it looks; a role never says where it is.
///
/// A theme may omit any role: it then falls back along the dots, `state.error.text` → `state.error`
/// → `text`.
package enum Role: String, CaseIterable, Sendable {
  case text
  case textDim = "text.dim"
  case textKey = "text.key"
  case header
  case paneBorder = "pane.border"
  case paneBorderFocus = "pane.border.focus"
  case paneTitle = "pane.title"
  case paneTitleFocus = "pane.title.focus"
  case columnTitle = "column.title"
  case rowCursor = "row.cursor"
  case rowCursorUnfocused = "row.cursor.unfocused"
  case rowMarked = "row.marked"
  case stateUsable = "state.usable"
  case stateAssigned = "state.assigned"
  case statePreparing = "state.preparing"
  case stateWaiting = "state.waiting"
  case stateCached = "state.cached"
  case stateCanceling = "state.canceling"
  case stateRemoving = "state.removing"
  case stateError = "state.error"
  case stateHistory = "state.history"
  case gaugeLow = "gauge.low"
  case gaugeMid = "gauge.mid"
  case gaugeHigh = "gauge.high"
  case gaugeTrack = "gauge.track"
  case chartLine = "chart.line"
  case match
  case dialog
  case dialogBorder = "dialog.border"
  case dialogTitle = "dialog.title"
  case dialogDanger = "dialog.danger"
  case logTime = "log.time"
  case logWarning = "log.warning"
  case logError = "log.error"
  case statusOK = "status.ok"
  case statusWarning = "status.warning"
  case statusError = "status.error"
  case hintKey = "hint.key"
  case hintText = "hint.text"
}

/// The text attributes of a cell.
package struct Attributes: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let bold = Attributes(rawValue: 1)
  package static let reverse = Attributes(rawValue: 2)
  package static let underline = Attributes(rawValue: 4)
  package static let dim = Attributes(rawValue: 8)
  package static let italic = Attributes(rawValue: 16)
}
