using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>ManageSieve clients that people use, against a real node over TLS: sieve-connect, and the PHP library under Roundcube's filter editor.</summary>
public sealed class ManageSieveTests : IAsyncLifetime
{
    private const string Alice = "alice@example.com";
    private const string Script = "require [\"fileinto\"];\r\nif header :contains \"subject\" \"list\" {\r\n  fileinto \"Archive\";\r\n}\r\n";

    private readonly TemporaryFolder _folder = new();
    private NodeProcess _node = null!;

    public async Task InitializeAsync()
    {
        _node = await NodeProcess.StartAsync(_folder.Path);
        await _node.AddUserAsync(Alice);
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Sieve_connect_keeps_a_script_and_activates_it()
    {
        var file = _folder.File("work.sieve");
        await File.WriteAllTextAsync(file, Script);

        await SieveConnectAsync("--upload", "--localsieve", file, "--remotesieve", "work");
        await SieveConnectAsync("--activate", "--remotesieve", "work");
        var list = await SieveConnectAsync("--list");
        await SieveConnectAsync("--download", "--remotesieve", "work", "--localsieve", _folder.File("back.sieve"));

        Assert.Matches("(?m)^\"?work\"?\\s+ACTIVE", list.Output);
        Assert.Equal(Script, await File.ReadAllTextAsync(_folder.File("back.sieve")));
        Assert.Equal(Script, (await _node.CtlAsync("sieve", "get", "-u", Alice, "work")).Output);
    }

    [Fact]
    public async Task Sieve_connect_is_told_what_is_wrong_with_a_script()
    {
        var file = _folder.File("wrong.sieve");
        await File.WriteAllTextAsync(file, "keep;\r\nnonsense;\r\n");

        var check = await ClientProgram.RunAsync("sieve-connect", Arguments("--checkscript", "--localsieve", file), NodeProcess.Password + "\n");
        var upload = await ClientProgram.RunAsync("sieve-connect", Arguments("--upload", "--localsieve", file, "--remotesieve", "wrong"), NodeProcess.Password + "\n");

        Assert.Contains("line 2: ", check.Output + check.Errors, StringComparison.Ordinal);
        Assert.NotEqual(0, upload.ExitCode);
        Assert.DoesNotContain("wrong", (await _node.CtlAsync("sieve", "list", "-u", Alice)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Roundcubes_library_goes_through_all_that_a_filter_editor_does()
    {
        var program = _folder.File("editor.php");
        await File.WriteAllTextAsync(program, EditorProgram);
        var answer = await ClientProgram.RequireAsync(
            "php", [program, _node.ManageSievePort.ToString(System.Globalization.CultureInfo.InvariantCulture), Alice, NodeProcess.Password]);
        Assert.Equal(
            """
            connected
            has fileinto: yes
            empty: []
            put: yes
            list: ["clever\"script","roundcube"]
            active: roundcube
            same: yes
            space: yes
            wrong: line 2: 
            removed: yes
            list: ["clever\"script"]

            """.ReplaceLineEndings("\n"),
            answer.Output);
    }

    /// <summary>With Net_Sieve as Roundcube's managesieve plug-in uses it: STARTTLS, SASL, scripts with literals in both directions.</summary>
    private const string EditorProgram =
        """
        <?php
        error_reporting(E_ALL & ~E_DEPRECATED);
        require_once 'Net/Sieve.php';
        function check($result) { if ($result instanceof PEAR_Error) { fwrite(STDERR, $result->getMessage() . "\n"); exit(1); } return $result; }
        $sieve = new Net_Sieve();
        $options = ['ssl' => ['verify_peer' => false, 'verify_peer_name' => false]];
        check($sieve->connect('127.0.0.1', $argv[1], $options, true));
        check($sieve->login($argv[2], $argv[3], null, '', false));
        echo "connected\n";
        echo "has fileinto: ", in_array('FILEINTO', $sieve->getExtensions()) ? 'yes' : 'no', "\n";
        echo "empty: ", json_encode(check($sieve->listScripts())), "\n";
        $script = "require [\"fileinto\"];\r\n# " . str_repeat('x', 5000) . "\r\nif true { fileinto \"Archive\"; }\r\n";
        echo "put: ", check($sieve->installScript('roundcube', $script, true)) ? 'yes' : 'no', "\n";
        check($sieve->installScript('clever"script', "keep;\r\n"));
        echo "list: ", json_encode(check($sieve->listScripts())), "\n";
        echo "active: ", check($sieve->getActive()), "\n";
        // The library counts the line end behind the literal in.
        echo "same: ", check($sieve->getScript('roundcube')) === $script . "\r\n" ? 'yes' : 'no', "\n";
        echo "space: ", check($sieve->haveSpace('other', 1000)) ? 'yes' : 'no', "\n";
        $wrong = $sieve->installScript('wrong', "keep;\r\nnonsense;\r\n");
        echo "wrong: ", preg_match('/line 2: /', $wrong->getMessage(), $found) ? $found[0] : $wrong->getMessage(), "\n";
        check($sieve->setActive(''));
        echo "removed: ", check($sieve->removeScript('roundcube')) ? 'yes' : 'no', "\n";
        echo "list: ", json_encode(check($sieve->listScripts())), "\n";
        check($sieve->disconnect());
        """;

    private Task<ProgramResult> SieveConnectAsync(params string[] arguments) =>
        ClientProgram.RequireAsync("sieve-connect", Arguments(arguments), NodeProcess.Password + "\n");

    private string[] Arguments(params string[] arguments) =>
    [
        "--server", "127.0.0.1", "--port", _node.ManageSievePort.ToString(System.Globalization.CultureInfo.InvariantCulture), "--notlsverify", "--user", Alice,
        "--authmech", "PLAIN", "--passwordfd", "0", .. arguments,
    ];
}
