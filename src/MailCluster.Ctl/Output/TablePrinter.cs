using System.Text;
using System.Text.Json;

namespace MailCluster.Ctl.Output;

/// <summary>
/// Columns under their names, numbers to the right. The widths come from the first rows, which are held back for that; a later, longer
/// value
/// shifts its own line, so that a list of any length is printed while it comes.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="columns">Which members, in this order; null for all.</param>
internal sealed class TablePrinter(TextWriter output, IReadOnlyList<string>? columns = null) : IRowPrinter
{
    private const int RowsForWidths = 500;

    private readonly List<string[]> _held = [];
    private string[] _names = [];
    private bool[] _isNumber = [];
    private int[]? _widths;

    public void Print(JsonElement row)
    {
        if (_names.Length == 0)
        {
            _names = columns is null ? [.. row.EnumerateObject().Select(m => m.Name)] : [.. columns];
            _isNumber = [.. _names.Select(name => row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number)];
        }
        var cells = new string[_names.Length];
        for (var i = 0; i < cells.Length; i++)
            cells[i] = row.TryGetProperty(_names[i], out var value) ? Content.Printable(Content.Text(value), keepLines: false) : "";
        if (_widths is not null)
        {
            WriteLine(cells);
            return;
        }
        _held.Add(cells);
        if (_held.Count == RowsForWidths) Release();
    }

    public void End()
    {
        if (_widths is null && _held.Count > 0) Release();
        output.Flush();
    }

    private void Release()
    {
        _widths = [.. _names.Select(Width)];
        foreach (var cells in _held)
        {
            for (var i = 0; i < cells.Length; i++) _widths[i] = Math.Max(_widths[i], Width(cells[i]));
        }
        WriteLine(_names);
        foreach (var cells in _held) WriteLine(cells);
        _held.Clear();
    }

    private void WriteLine(string[] cells)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0) line.Append("  ");
            var padding = Math.Max(0, _widths![i] - Width(cells[i]));
            if (_isNumber[i]) line.Append(' ', padding).Append(cells[i]);
            else line.Append(cells[i]).Append(' ', i == cells.Length - 1 ? 0 : padding);
        }
        output.WriteLine(line.ToString().TrimEnd());
    }

    // Code points stand in for columns; wide characters of East Asia are off by one each, which harms nothing.
    private static int Width(string text) => text.EnumerateRunes().Count();
}
