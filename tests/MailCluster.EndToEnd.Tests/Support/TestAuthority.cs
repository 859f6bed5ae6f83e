namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>Authorities and clients' certificates, made by openssl as an operator would: files <c>NAME.pem</c> and <c>NAME.key</c> in a folder.</summary>
internal sealed class TestAuthority(TemporaryFolder folder)
{
    /// <summary>Makes an authority; returns the file of its certificate.</summary>
    public async Task<string> MakeAsync(string name)
    {
        await ClientProgram.RequireAsync(
            "openssl",
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", $"/CN={name}", "-keyout", Key(name), "-out", Certificate(name)]);
        return Certificate(name);
    }

    /// <summary>Makes a client's certificate with that common name.</summary>
    public async Task MakeClientAsync(string name, string authority)
    {
        var request = folder.File(name + ".csr");
        await ClientProgram.RequireAsync(
            "openssl", ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", $"/CN={name}", "-keyout", Key(name), "-out", request]);
        await ClientProgram.RequireAsync(
            "openssl", ["x509", "-req", "-in", request, "-CA", Certificate(authority), "-CAkey", Key(authority), "-CAcreateserial", "-days", "1", "-out", Certificate(name)]);
    }

    public string Certificate(string name) => folder.File(name + ".pem");

    public string Key(string name) => folder.File(name + ".key");
}
