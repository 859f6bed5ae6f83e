using MailCluster.Delivery.Lists;
using MailCluster.Delivery.Programs;
using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

/// <summary>What scripts may reach outside of the mailbox: programs, lists, and where reports come from.</summary>
internal static partial class NodeOptionsReader
{
    private static ProgramOptions ReadPrograms(HoconSection section) => new()
    {
        Pipe = section.Section("pipe", ReadProgramKind),
        Filter = section.Section("filter", ReadProgramKind),
        Execute = section.Section("execute", ReadProgramKind),
        MemoryMax = section.Size("memory", 16 << 20, 1L << 40),
        CpuTimeMax = section.Duration("cpu-time", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        FilesMax = section.Integer("files", 16, 65_536),
        OutputMax = section.Size("output", 1 << 10, 1 << 30),
        AtOnceMax = section.Integer("at-once", 1, 1000),
        WaitMax = section.Duration("wait", TimeSpan.Zero, TimeSpan.FromMinutes(5)),
    };

    private static ProgramKindOptions? ReadProgramKind(HoconSection section)
    {
        var directory = section.OptionalText("bin-dir");
        var timeout = section.Duration("timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        var lineEnd = section.Choice("input-eol", ("crlf", ProgramLineEnd.CrLf), ("lf", ProgramLineEnd.Lf));
        if (directory is null)
            return null;
        if (!Directory.Exists(directory))
            section.Fault("bin-dir", $"there is no directory {directory}");
        return new ProgramKindOptions(Path.GetFullPath(directory), timeout, lineEnd);
    }

    private static ListOptions ReadLists(HoconSection section)
    {
        var lists = section.List("entries", ReadList);
        if (lists.GroupBy(static list => list.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static same => same.Count() > 1) is { } twice)
            section.Fault("entries", $"the list {twice.Key} is there twice");
        return new ListOptions { Lists = [.. lists], RedirectMax = section.Integer("redirect", 1, 10_000) };
    }

    // An entry is the operator's alone: what it leaves out has no line in the reference.
    private static ListSource ReadList(HoconSection entry)
    {
        var name = entry.Text("name", static text => IsListName(ScriptLists.FullName(text)) ? null : "a URI such as \"tag:example.com,2026:customers\" or \":addrbook:default\"");
        var file = entry.TextOrNull("file", NotEmpty);
        var field = entry.TextOrNull("field", NotEmpty);
        var source = new ListSource(ScriptLists.FullName(name), file is null ? null : Path.GetFullPath(file), field);
        if ((file is null) == (field is null))
            entry.Fault("name", "expected either a file or a field beside the name");
        else if (source is { File: { } path, IsPersonal: false } && !File.Exists(path))
            entry.Fault("file", $"there is no file {file}");
        return source;
    }

    // RFC 3986 §3: a scheme, and something behind it.
    private static bool IsListName(string name) =>
        name.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && colon < name.Length - 1 && char.IsAsciiLetter(name[0])
        && name.Take(colon).All(static c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.') && !name.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c));

    private static string? ReadReportFrom(HoconSection sieve)
    {
        var from = sieve.OptionalText("report-from");
        if (from is not null && (!from.Contains('@', StringComparison.Ordinal) || from.Any(char.IsControl)))
            sieve.Fault("report-from", "expected an address, such as \"Postmaster <postmaster@example.com>\"");
        return from;
    }

    /// <summary>The operator's scripts may run the operator's programs; users' only where that is said.</summary>
    private static IEnumerable<string> ProgramExtensions(SieveDeliverySettings delivery)
    {
        if (delivery.Programs.Pipe is not null)
            yield return "vnd.dovecot.pipe";
        if (delivery.Programs.Filter is not null)
            yield return "vnd.dovecot.filter";
        if (delivery.Programs.Execute is not null)
            yield return "vnd.dovecot.execute";
    }
}
