using System.Text;
using BenchmarkDotNet.Attributes;
using MailCluster.Sieve;

namespace MailCluster.Benchmarks;

/// <summary>
/// Sieve without anything around it: a script of thirty rules, as filter editors write them, over a message of 4 KB that none but the last one wants. One run is what
/// one delivery costs: the message is new each time, its header is read, nothing is cached but the program.
/// </summary>
[MemoryDiagnoser]
public class SieveBenchmarks
{
    private static readonly SieveEnvelope s_envelope = new("sender@lists.example.org", "user+lists@example.com");

    private readonly SieveCompiler _compiler = new(SieveCompilerOptions.Default);
    private readonly SieveInterpreter _interpreter = new(SieveRunLimits.Default, new NoHost());
    private byte[] _source = [];
    private byte[] _message = [];
    private byte[] _stored = [];
    private SieveStage[] _stages = [];

    [GlobalSetup]
    public void Setup()
    {
        _source = Encoding.UTF8.GetBytes(Script());
        _message = Encoding.UTF8.GetBytes(Message());
        var program = _compiler.Compile(_source, SieveScope.Personal).Program ?? throw new InvalidOperationException("The script does not compile.");
        _stored = program.ToBytes();
        _stages = [new SieveStage("script", program)];
    }

    [Benchmark]
    public int Run()
    {
        var run = _interpreter.RunAsync(_stages, SieveMessage.Create(_message), s_envelope, null, CancellationToken.None);
        var outcome = run.IsCompletedSuccessfully ? run.Result : throw new InvalidOperationException("The host is not asked.");
        return outcome.Actions is [SieveFileInto { Folder: "Lists" }] ? 1 : throw new InvalidOperationException($"{outcome.Error} {outcome.Actions[0]}");
    }

    [Benchmark]
    public object Compile() => _compiler.Compile(_source, SieveScope.Personal).Program!;

    [Benchmark]
    public object ReadStored() => SieveProgram.TryRead(_stored, out var program) ? program : throw new InvalidOperationException("The program is damaged.");

    internal static string Script()
    {
        var script = new StringBuilder("require [\"fileinto\", \"imap4flags\", \"copy\", \"envelope\", \"subaddress\"];\n");
        for (var i = 0; i < 29; i++)
        {
            script.Append((i % 5) switch
            {
                0 => $"if header :contains [\"From\", \"Sender\"] [\"person{i}@\", \"team{i}@\"] {{ fileinto \"Folder{i}\"; stop; }}\n",
                1 => $"if address :is :domain [\"To\", \"Cc\"] \"domain{i}.example\" {{ addflag \"$Work\"; fileinto \"Folder{i}\"; stop; }}\n",
                2 => $"if header :matches \"Subject\" [\"*[project-{i}]*\", \"Re: ticket-{i}*\"] {{ fileinto \"Folder{i}\"; stop; }}\n",
                3 => $"if allof (header :contains \"List-Id\" \"list{i}.example\", not size :over 1M) {{ redirect :copy \"other{i}@example.net\"; }}\n",
                _ => $"if anyof (envelope :is \"from\" \"bounce{i}@example.org\", address :detail \"To\" \"detail{i}\") {{ discard; stop; }}\n",
            });
        }

        return script.Append("if header :contains \"List-Id\" \"announce.lists.example.org\" { fileinto \"Lists\"; }\n").ToString();
    }

    internal static string Message()
    {
        var message = new StringBuilder();
        for (var i = 0; i < 5; i++)
            message.Append($"Received: from mx{i}.example.org (mx{i}.example.org [192.0.2.{i}])\r\n\tby mail{i}.example.com with ESMTPS id {i}ABCDEF for <user@example.com>;\r\n\tThu, 26 Nov 2026 12:0{i}:00 +0000\r\n");
        message.Append("DKIM-Signature: v=1; a=rsa-sha256; d=lists.example.org; s=mail; h=from:to:subject; bh=").Append('A', 43).Append("=; b=").Append('B', 200).Append("\r\n")
            .Append("Date: Thu, 26 Nov 2026 12:00:00 +0000\r\nFrom: =?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <juergen@lists.example.org>\r\nTo: user+lists@example.com, \"Other, Person\" <other@example.net>\r\n")
            .Append("Subject: =?utf-8?q?The_announcement_of_the_week=3A_n=C3=A4chste_Woche?=\r\nMessage-ID: <20261126.1@lists.example.org>\r\nList-Id: Announcements <announce.lists.example.org>\r\n")
            .Append("List-Unsubscribe: <https://lists.example.org/u/1>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n");
        while (message.Length < 4096)
            message.Append("All that is said here was said before, and will be said again in other words.\r\n");
        return message.ToString();
    }

    /// <summary>The scripts here ask nothing.</summary>
    private sealed class NoHost : ISieveHost
    {
        public ValueTask<SieveProgram?> FindScriptAsync(SieveIncludeLocation location, string name, CancellationToken cancellationToken) => new((SieveProgram?)null);

        public ValueTask<bool> FolderExistsAsync(string folder, CancellationToken cancellationToken) => new(false);

        public ValueTask<string?> FolderOfIdAsync(string mailboxId, CancellationToken cancellationToken) => new((string?)null);

        public ValueTask<bool> HasSpecialUseAsync(string? folder, string specialUse, CancellationToken cancellationToken) => new(false);

        public ValueTask<string?> GetMetadataAsync(string? folder, string entry, CancellationToken cancellationToken) => new((string?)null);

        public ValueTask<bool> IsDuplicateAsync(string handle, string id, TimeSpan lifetime, bool last, CancellationToken cancellationToken) => new(false);

        public ValueTask<bool?> ListContainsAsync(string list, string value, CancellationToken cancellationToken) => new((bool?)null);

        public ValueTask<SieveProgramResult> ExecuteAsync(
            SieveProgramKind kind, string program, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken) => new(new SieveProgramResult(1, default));

        public string? EnvironmentItem(string name) => null;

        public bool IsValidNotifyMethod(string uri) => false;

        public string? NotifyCapability(string uri, string capability) => null;
    }
}
